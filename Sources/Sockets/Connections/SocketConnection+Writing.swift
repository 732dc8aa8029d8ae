import NIOCore
import Synchronization

extension SocketConnection {
    /// Sends one message, framed as the mode asks, and waits until the system has taken all of it.
    ///
    /// A peer that does not read makes the system's buffers full, and then the writer waits. Messages of several tasks
    /// go one after the other, in the order of the calls, never mixed.
    ///
    /// - Throws: `invalidArgument` when the mode cannot carry the message, and `tooLong`: nothing was sent then;
    ///   `closedLocally`, `linkBroken`; `cancelled`: the message was not begun, or it will still be sent as a whole.
    public func write(_ message: [UInt8]) async throws(SocketError) {
        try await finish(try await begin(message))
    }

    /// Waits for messages that are being sent, then begins to send this one; ``finish(_:)`` waits until the system has
    /// taken it.
    ///
    /// - Throws: as ``write(_:)-([UInt8])``, before anything of the message is sent.
    func begin(_ message: [UInt8]) async throws(SocketError) -> Answer<Void> {
        if Task.isCancelled { throw SocketError(.cancelled, peer: peer, "the write was cancelled") }
        try await turnstile.enter()
        let frame: ByteBuffer
        do {
            frame = ByteBuffer(bytes: try self.frame(message))
        } catch {
            turnstile.leave()
            throw error
        }
        let answer = Answer<Void>()
        let turnstile = turnstile
        channel.writeAndFlush(frame).whenComplete { result in
            // Only now may the next one go, even if the writer no longer waits: so what is under way stays one message.
            turnstile.leave()
            answer.give(result.mapError { SocketError(cause: $0) })
        }
        return answer
    }

    /// Waits for a message that ``begin(_:)`` has begun.
    func finish(_ answer: Answer<Void>) async throws(SocketError) {
        do {
            try await answer.wait()
        } catch {
            throw outcome(of: error)
        }
    }

    /// Sends a text as one message in UTF-8.
    ///
    /// - Throws: as ``write(_:)-([UInt8])``.
    public func write(_ text: String) async throws(SocketError) {
        try await write(Array(text.utf8))
    }

    private func frame(_ message: [UInt8]) throws(SocketError) -> [UInt8] {
        let (mode, limit, isClosed) = state.withLock { ($0.decoder.mode, $0.decoder.limit, $0.isClosed) }
        if isClosed { throw closedLocally }
        if mode != .raw, message.count > limit {
            throw SocketError(.tooLong, peer: peer, "the message is longer than \(limit) bytes")
        }
        do {
            return try mode.encode(message)
        } catch {
            throw error.with(peer: peer)
        }
    }

    /// Why a write failed: the closed channel that it found has a reason.
    private func outcome(of error: SocketError) -> SocketError {
        if error.kind == .cancelled { return error.with(peer: peer) }
        if !exists { return closedLocally }
        if let end = queue.endError, end.kind != .closedByPeer { return end }
        return error.with(peer: peer)
    }
}
