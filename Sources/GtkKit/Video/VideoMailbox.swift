import Dispatch
import Synchronization

/// The way of pictures from any thread to a `VideoPaintable`: it holds the newest one only, and wakes the main thread at
/// most once for each that is shown. A picture that comes before the last was shown takes its place.
package nonisolated final class VideoMailbox: Sendable {
    private struct State {
        var newest: PixelPicture?
        /// Set while there is something new for the main thread, a picture or the end of one.
        var isPending = false
        var isOpen = true
        var posted: UInt64 = 0
        var dropped: UInt64 = 0
    }
    private let state = Mutex(State())
    private let deliver: @MainActor @Sendable (PixelPicture?) -> Void

    /// Buffers for the pictures of this mailbox.
    package let pool = PixelBuffers()

    /// - Parameter deliver: shows a picture, or none; on the main thread.
    init(deliver: @escaping @MainActor @Sendable (PixelPicture?) -> Void) { self.deliver = deliver }

    /// False while nobody looks: then no picture need be made.
    package var isOpen: Bool {
        get { state.withLock { $0.isOpen } }
        set { state.withLock { $0.isOpen = newValue } }
    }

    /// Pictures posted, and of these the ones that a newer one replaced before they were shown.
    package var counts: (posted: UInt64, dropped: UInt64) { state.withLock { ($0.posted, $0.dropped) } }

    /// Shows a picture next, or none.
    package func post(_ picture: PixelPicture?) {
        // The replaced picture gives its buffer back when this ends, outside the lock.
        let (wakes, replaced) = state.withLock { state -> (Bool, PixelPicture?) in
            let replaced = state.newest
            if picture != nil { state.posted &+= 1 }
            if state.isPending && replaced != nil { state.dropped &+= 1 }
            state.newest = picture
            defer { state.isPending = true }
            return (!state.isPending, replaced)
        }
        _ = replaced
        guard wakes else { return }
        DispatchQueue.main.async {
            let picture = self.state.withLock { state -> PixelPicture? in
                state.isPending = false
                return state.newest.take()
            }
            MainActor.assumeIsolated { self.deliver(picture) }
        }
    }
}
