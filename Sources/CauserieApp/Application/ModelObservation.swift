import Observation

/// Somebody who wants to know what a part of the model is, now and after each change. It ends with this.
final class ModelObservation {
    private var task: Task<Void, Never>?

    /// Calls `apply` with what `read` makes of the model: once soon, then whenever it has become something else. Changes of
    /// one turn of the main loop come as one.
    init<Value: Sendable & Equatable>(
        _ read: @escaping @MainActor @Sendable () -> Value, _ apply: @escaping @MainActor (Value) -> Void
    ) {
        // A closure of its own: Swift 6.3 miscompiles a function value passed on as one isolated to any actor.
        let values = Observations { read() }
        task = Task {
            var last: Value?
            for await value in values where value != last {
                last = value
                apply(value)
            }
        }
    }

    isolated deinit { task?.cancel() }
}
