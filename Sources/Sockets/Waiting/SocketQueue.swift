import NIOCore
import NIOPosix
import Synchronization

/// What came from a socket and has not been read, with the tasks that wait for more.
///
/// It tells the socket to stop when it is full and to go on when it has room again.
final class SocketQueue<Element: Sendable>: Sendable {
    private struct State {
        var items: CircularBuffer<(element: Element, weight: Int)> = []
        var weight = 0
        var end: SocketError?
        var waiting: [Answer<Bool>] = []
        /// Whether the socket was told to stop.
        var isHeld = false
        var resume: (@Sendable () -> Void)?

        mutating func takeWaiting() -> [Answer<Bool>] {
            defer { waiting = [] }
            return waiting
        }
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: the weight from which on the socket stops.
    init(capacity: Int) { self.capacity = max(capacity, 1) }

    /// What makes the socket go on after it was stopped.
    func onRoom(_ resume: @escaping @Sendable () -> Void) { state.withLock { $0.resume = resume } }

    /// Whether the socket may read; when not, it will be told.
    func mayRead() -> Bool {
        state.withLock {
            $0.isHeld = $0.weight >= capacity && $0.end == nil
            return !$0.isHeld
        }
    }

    func offer(_ element: Element, weight: Int = 1) {
        let waiting = state.withLock { state -> [Answer<Bool>] in
            guard state.end == nil else { return [] }
            state.items.append((element, weight))
            state.weight += weight
            return state.takeWaiting()
        }
        for answer in waiting { answer.give(.success(true)) }
    }

    /// Nothing more will come: reads get `error` once what came is read. The first end counts.
    func end(_ error: SocketError) { end(error, discarding: false) }

    /// Nothing more is wanted: what came is thrown away, and reads get `error` from now on.
    @discardableResult
    func discard(_ error: SocketError) -> [Element] { end(error, discarding: true) }

    @discardableResult
    private func end(_ error: SocketError, discarding: Bool) -> [Element] {
        let (waiting, discarded) = state.withLock { state -> ([Answer<Bool>], [Element]) in
            guard discarding || state.end == nil else { return ([], []) }
            state.end = error
            state.resume = nil
            guard discarding else { return (state.takeWaiting(), []) }
            defer {
                state.items.removeAll()
                state.weight = 0
            }
            return (state.takeWaiting(), state.items.map(\.element))
        }
        // Whoever still waits has found nothing left to take.
        for answer in waiting { answer.give(.failure(error)) }
        return discarded
    }

    /// Makes the waiting tasks look again.
    func wake() {
        for answer in state.withLock({ $0.takeWaiting() }) { answer.give(.success(true)) }
    }

    /// Why nothing more will come; nil while more may.
    var endError: SocketError? { state.withLock { $0.end } }

    /// The next thing that came, if any has.
    func take() -> Element? {
        let (element, resume) = state.withLock { state -> (Element?, (@Sendable () -> Void)?) in
            guard let first = state.items.popFirst() else { return (nil, nil) }
            state.weight -= first.weight
            guard state.isHeld, state.weight <= capacity / 2 else { return (first.element, nil) }
            state.isHeld = false
            return (first.element, state.resume)
        }
        resume?()
        return element
    }

    /// Waits until something may be there: true; or until `deadline`: false.
    ///
    /// - Throws: the error of the end when there is nothing left to read; `cancelled`.
    func wait(until deadline: NIODeadline?) async throws(SocketError) -> Bool {
        let answer = Answer<Bool>()
        let known = state.withLock { state -> Result<Bool, SocketError>? in
            if !state.items.isEmpty { return .success(true) }
            if let end = state.end { return .failure(end) }
            state.waiting.append(answer)
            return nil
        }
        if let known { return try known.get() }
        let timer = deadline.map {
            MultiThreadedEventLoopGroup.singleton.any().scheduleTask(deadline: $0) { _ = answer.give(.success(false)) }
        }
        defer {
            timer?.cancel()
            state.withLock { $0.waiting.removeAll { $0 === answer } }
        }
        return try await answer.wait()
    }
}

extension NIODeadline {
    /// The moment `limit` from now; nil for ever.
    static func after(_ limit: Duration?) -> NIODeadline? { limit.map { .now() + TimeAmount($0) } }
}
