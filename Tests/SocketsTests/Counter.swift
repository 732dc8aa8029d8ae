import Synchronization

/// A number that several tasks change.
final class Counter: Sendable {
    private let number = Mutex(0)

    var value: Int { number.withLock { $0 } }

    func add(_ amount: Int) { number.withLock { $0 += amount } }
}
