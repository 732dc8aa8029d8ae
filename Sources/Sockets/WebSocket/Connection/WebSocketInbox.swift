import NIOCore
import Synchronization

/// What waits to be taken, in order, with a bound beyond which the socket is to be left alone.
final class WebSocketInbox<Element: Sendable>: Sendable {
    private struct Waiting {
        var identifier: Int
        var continuation: CheckedContinuation<Element?, any Error>
    }

    private enum Outcome {
        case element(Element, (@Sendable () -> Void)?)
        case end(Result<Void, SocketError>)
        case cancelled
        case wait
    }

    private struct State {
        var elements: CircularBuffer<(element: Element, size: Int)> = []
        var size = 0
        var isFull = false
        var waiting: CircularBuffer<Waiting> = []
        var nextIdentifier = 0
        var cancelled: Set<Int> = []
        var end: Result<Void, SocketError>?
        var onRoom: (@Sendable () -> Void)?
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: bytes, counted as `put` says, from which on the inbox is full.
    init(limit: Int) { self.limit = max(1, limit) }

    /// Calls `action` each time that there is room again after the inbox was full.
    func onRoom(_ action: @escaping @Sendable () -> Void) { state.withLock { $0.onRoom = action } }

    /// Adds an element, full or not; false when nothing more should come for now. Nothing is added after the end.
    @discardableResult
    func put(_ element: Element, size: Int) -> Bool {
        let (waiting, isFull) = state.withLock { state -> (Waiting?, Bool) in
            guard state.end == nil else { return (nil, false) }
            if let waiting = state.waiting.popFirst() { return (waiting, false) }
            state.elements.append((element, size))
            state.size += size
            state.isFull = state.isFull || state.size >= limit
            return (nil, state.isFull)
        }
        waiting?.continuation.resume(returning: element)
        return !isFull
    }

    /// Lets takers have what is there, and then nil, or the error.
    func end(_ result: Result<Void, SocketError> = .success(())) {
        let waiting = state.withLock { state -> CircularBuffer<Waiting> in
            guard state.end == nil else { return [] }
            state.end = result
            // The socket is gone; and its way to here must not keep both alive.
            state.onRoom = nil
            defer { state.waiting = [] }
            return state.waiting
        }
        for taker in waiting { Self.resume(taker.continuation, with: result) }
    }

    /// The next element; nil at the end.
    ///
    /// - Throws: the error of the end, and `cancelled` when the task is cancelled while it waits.
    func next() async throws(SocketError) -> Element? {
        let identifier = state.withLock { state in
            state.nextIdentifier += 1
            return state.nextIdentifier
        }
        // Cancelling may come just after the element did.
        defer { state.withLock { _ = $0.cancelled.remove(identifier) } }
        do {
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    take(Waiting(identifier: identifier, continuation: continuation))
                }
            } onCancel: {
                cancel(identifier)
            }
        } catch { throw SocketError(cause: error) }
    }

    private func take(_ taker: Waiting) {
        let outcome = state.withLock { state -> Outcome in
            if state.cancelled.remove(taker.identifier) != nil { return .cancelled }
            if let (element, size) = state.elements.popFirst() {
                state.size -= size
                // Half empty, so that a socket is not turned on and off for each message.
                let hasRoom = state.isFull && state.size <= limit / 2
                if hasRoom { state.isFull = false }
                return .element(element, hasRoom ? state.onRoom : nil)
            }
            if let end = state.end { return .end(end) }
            state.waiting.append(taker)
            return .wait
        }
        switch outcome {
        case .element(let element, let onRoom):
            onRoom?()
            taker.continuation.resume(returning: element)
        case .end(let result): Self.resume(taker.continuation, with: result)
        case .cancelled: taker.continuation.resume(throwing: CancellationError())
        case .wait: break
        }
    }

    private func cancel(_ identifier: Int) {
        let taker = state.withLock { state -> Waiting? in
            guard let index = state.waiting.firstIndex(where: { $0.identifier == identifier }) else {
                // Cancelled before it came to wait.
                state.cancelled.insert(identifier)
                return nil
            }
            return state.waiting.remove(at: index)
        }
        taker?.continuation.resume(throwing: CancellationError())
    }

    private static func resume(
        _ continuation: CheckedContinuation<Element?, any Error>, with result: Result<Void, SocketError>
    ) {
        switch result {
        case .success: continuation.resume(returning: nil)
        case .failure(let error): continuation.resume(throwing: error)
        }
    }
}
