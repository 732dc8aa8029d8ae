import NIOCore
import Synchronization

extension SocketConnection {
    /// Reads the next message, waiting for ever.
    ///
    /// - Parameters:
    ///   - maximum: in raw mode, the most bytes to give, 4096 by default; there may be fewer. Without meaning in the
    ///     other modes, whose messages come whole.
    ///   - delay: in raw mode, how long to go on gathering after the first bytes, until there are `maximum`; not at all
    ///     by default. Without meaning in the other modes, whose messages say where they end.
    /// - Throws: `closedByPeer` once everything is read, `closedLocally`, `linkBroken`; `badFraming` and `tooLong`,
    ///   which close the connection; `cancelled`, after which it may be read on without loss.
    public func read(
        maximum: Int = 4096, receptionDelay delay: Duration = .zero
    ) async throws(SocketError) -> [UInt8] {
        while true {
            if let message = try await read(until: nil, maximum: maximum, delay: delay) { return message }
        }
    }

    /// Reads the next message, waiting for `limit` at most; the original waits for 1 s.
    ///
    /// - Returns: nil when no whole message came in time. Its beginning is kept for the next read.
    /// - Throws: as ``read(maximum:receptionDelay:)``.
    public func read(
        within limit: Duration, maximum: Int = 4096, receptionDelay delay: Duration = .zero
    ) async throws(SocketError) -> [UInt8]? {
        try await read(until: .after(limit), maximum: maximum, delay: delay)
    }

    /// Reads the next message as text; bytes that are no UTF-8 become U+FFFD.
    ///
    /// - Throws: as ``read(maximum:receptionDelay:)``.
    public func readText() async throws(SocketError) -> String {
        String(decoding: try await read(), as: UTF8.self)
    }

    /// The messages until either side closes, each taken only when asked for; other errors are thrown.
    public var messages: Messages { Messages(connection: self) }

    /// The messages of a connection, in order.
    public struct Messages: AsyncSequence, Sendable {
        fileprivate let connection: SocketConnection

        /// Reads one message after the other.
        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate let connection: SocketConnection

            /// The next message; nil when the peer or this program has closed the connection.
            public mutating func next() async throws(SocketError) -> [UInt8]? {
                try await next(isolation: nil)
            }

            /// The next message; nil when the peer or this program has closed the connection.
            public mutating func next(
                isolation actor: isolated (any Actor)?
            ) async throws(SocketError) -> [UInt8]? {
                do {
                    return try await connection.read()
                } catch {
                    if error.isNormalClose { return nil }
                    throw error
                }
            }
        }

        /// Reads from where the connection is.
        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(connection: connection) }
    }

    private func read(
        until deadline: NIODeadline?, maximum: Int, delay: Duration
    ) async throws(SocketError) -> [UInt8]? {
        while true {
            if Task.isCancelled { throw SocketError(.cancelled, peer: peer, "the read was cancelled") }
            if delay > .zero, try hasRawBytes() { try await gather(maximum, until: .after(delay)) }
            if let message = try next(maximum: maximum) { return message }
            do {
                guard try await queue.wait(until: deadline) else { return nil }
            } catch {
                throw end(error)
            }
        }
    }

    /// The next message out of what has come.
    private func next(maximum: Int) throws(SocketError) -> [UInt8]? {
        do {
            return try state.withLock { state throws(SocketError) -> [UInt8]? in
                if state.isClosed { throw closedLocally }
                while true {
                    if let message = try state.decoder.next(maximum: maximum) { return message }
                    guard let piece = queue.take() else { return nil }
                    // A piece that is a message by itself needs no joining.
                    if state.decoder.mode == .raw, piece.readableBytes <= max(maximum, 1) {
                        return Array(buffer: piece)
                    }
                    state.decoder.append(piece.readableBytesView)
                }
            }
        } catch {
            let error = error.with(peer: peer)
            // What follows cannot be told apart any more.
            if error.kind != .closedLocally {
                queue.discard(error)
                channel.close(promise: nil)
            }
            throw error
        }
    }

    /// In raw mode, whether bytes wait to be read.
    private func hasRawBytes() throws(SocketError) -> Bool {
        try state.withLock { state throws(SocketError) -> Bool in
            if state.isClosed { throw closedLocally }
            guard state.decoder.mode == .raw else { return false }
            if state.decoder.count == 0, let piece = queue.take() { state.decoder.append(piece.readableBytesView) }
            return state.decoder.count > 0
        }
    }

    private func gather(_ maximum: Int, until deadline: NIODeadline?) async throws(SocketError) {
        while state.withLock({ $0.decoder.mode == .raw && $0.decoder.count < maximum }) {
            do {
                guard try await queue.wait(until: deadline) else { return }
            } catch {
                // The end of the connection ends the gathering; the bytes at hand are still good.
                if error.kind == .cancelled { throw error.with(peer: peer) }
                return
            }
            state.withLock { state in
                if let piece = queue.take() { state.decoder.append(piece.readableBytesView) }
            }
        }
    }

    /// The end of the stream, told more exactly when it comes in the middle of a message.
    private func end(_ error: SocketError) -> SocketError {
        let rest = state.withLock { $0.decoder.count }
        guard error.kind == .closedByPeer, rest > 0 else { return error.with(peer: peer) }
        return SocketError(
            .closedByPeer, peer: peer, "the peer closed the connection after \(rest) bytes of an unfinished message")
    }
}
