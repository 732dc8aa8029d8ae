import Synchronization

/// Memory for pictures on their way to the screen, used again and again: a call draws thirty pictures a second of some
/// megabytes each. Any thread.
package nonisolated final class PixelBuffers: Sendable {
    /// How many free buffers are kept: one at the mailbox, one at GTK, one being drawn over.
    private static let kept = 3

    private struct State {
        var byteCount = 0
        /// Addresses, because raw pointers are not Sendable.
        var free: [UInt] = []
        var taken = 0
    }
    private let state = Mutex(State())

    package init() {}

    deinit {
        for address in state.withLock({ $0.free }) { UnsafeMutableRawPointer(bitPattern: address)?.deallocate() }
    }

    /// Buffers given out and not back yet: a figure for tests.
    package var taken: Int { state.withLock { $0.taken } }

    /// Buffers waiting to be used again: a figure for tests.
    package var free: Int { state.withLock { $0.free.count } }

    /// A buffer of that size with unknown contents. Give it back by `give`.
    package func take(byteCount: Int) -> UnsafeMutableRawBufferPointer {
        let used = state.withLock { state -> UInt? in
            state.taken += 1
            if state.byteCount != byteCount {
                state.free.forEach { UnsafeMutableRawPointer(bitPattern: $0)?.deallocate() }
                state.free.removeAll()
                state.byteCount = byteCount
            }
            return state.free.popLast()
        }
        let start =
            used.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
            ?? UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
        return UnsafeMutableRawBufferPointer(start: start, count: byteCount)
    }

    /// Takes a buffer back: for the next picture of its size, or to free it.
    package func give(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let start = buffer.baseAddress else { return }
        let address = UInt(bitPattern: start)
        let isKept = state.withLock { state in
            state.taken -= 1
            guard state.byteCount == buffer.count, state.free.count < Self.kept else { return false }
            state.free.append(address)
            return true
        }
        if !isKept { UnsafeMutableRawPointer(bitPattern: address)?.deallocate() }
    }
}
