/// Holds things until their time; those with the same time leave in the order they came.
package struct DelayQueue<Element: Sendable>: Sendable {
    private struct Held: Sendable {
        var element: Element
        var release: Instant
    }

    /// Sorted, the next to leave last.
    private var held: [Held] = []

    package init() {}

    package var count: Int { held.count }

    /// When the next one leaves; nil while nothing is held.
    package var nextRelease: Instant? { held.last?.release }

    /// Keeps an element until an instant; those of one instant stay in order.
    package mutating func insert(_ element: Element, until release: Instant) {
        var low = 0
        var high = held.count
        while low < high {
            let middle = (low + high) / 2
            // Of equal times the one that came first stays nearer the end, to leave first.
            if held[middle].release > release { low = middle + 1 } else { high = middle }
        }
        held.insert(Held(element: element, release: release), at: low)
    }

    /// The next one whose time has come by `now`; nil when there is none. Call until nil.
    package mutating func release(at now: Instant) -> Element? {
        guard let next = held.last, next.release <= now else { return nil }
        held.removeLast()
        return next.element
    }
}
