import Sockets
import Synchronization

/// The way of events from a relay's tasks to the window: many at a time, so that a busy connection wakes the main thread
/// ten times a second and not for each of its events.
///
/// What comes faster than the window takes it is bounded by letting go of the oldest: the window would forget it too.
package nonisolated final class TraceFeed: Sendable {
    private struct State {
        var events: [TraceEvent] = []
        var bytes = 0
        var dropped = 0
        var isDue = false
    }

    private static let pause = Duration.milliseconds(100)

    private let state = Mutex(State())
    private let deliver: @MainActor @Sendable ([TraceEvent], _ dropped: Int) -> Void

    /// - Parameter deliver: takes the events that have come since the last time, oldest first, and how many before them
    ///   were let go of.
    package init(_ deliver: @escaping @MainActor @Sendable ([TraceEvent], _ dropped: Int) -> Void) {
        self.deliver = deliver
    }

    /// Takes an event; from any task.
    package func add(_ event: TraceEvent) {
        let isFirst = state.withLock { state in
            state.events.append(event)
            state.bytes += event.kind.bytes.count
            if state.events.count > TraceHistory.mostEvents || state.bytes > TraceHistory.mostBytes {
                // Half at once, so that it costs little for each.
                let gone = max(state.events.count / 2, 1)
                state.bytes -= state.events.prefix(gone).reduce(0) { $0 + $1.kind.bytes.count }
                state.events.removeFirst(gone)
                state.dropped += gone
            }
            defer { state.isDue = true }
            return !state.isDue
        }
        guard isFirst else { return }
        Task { @MainActor [weak self] in
            try? await Task.sleep(for: Self.pause)
            self?.flush()
        }
    }

    /// Delivers at once what waits.
    @MainActor func flush() {
        let (events, dropped) = state.withLock { state in
            defer { state = State() }
            return (state.events, state.dropped)
        }
        if !events.isEmpty { deliver(events, dropped) }
    }
}
