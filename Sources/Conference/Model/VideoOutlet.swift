import Media
import Synchronization

/// Where a stream's pictures come out. Any number of panes may look at one.
package final class VideoOutlet: Sendable {
    /// Keeps a pane attached; detaches when it is let go.
    package final class Attachment: Sendable {
        private let outlet: VideoOutlet
        private let identifier: Int

        fileprivate init(outlet: VideoOutlet, identifier: Int) {
            self.outlet = outlet
            self.identifier = identifier
        }

        deinit { outlet.detach(identifier) }
    }

    private struct State {
        var sinks: [Int: @Sendable (VideoFrame?) -> Void] = [:]
        var next = 0
        var latest: VideoFrame?
    }

    private let state = Mutex(State())

    package init() {}

    /// From now on `sink` gets every picture, first the latest one; nil says that there is none.
    ///
    /// `sink` is called on media threads and must return quickly.
    package func attach(_ sink: @escaping @Sendable (VideoFrame?) -> Void) -> Attachment {
        let (identifier, latest) = state.withLock { state in
            state.next += 1
            state.sinks[state.next] = sink
            return (state.next, state.latest)
        }
        sink(latest)
        return Attachment(outlet: self, identifier: identifier)
    }

    /// Shows a picture, or nil for none.
    package func show(_ frame: VideoFrame?) {
        let sinks = state.withLock { state in
            state.latest = frame
            return state.sinks
        }
        for sink in sinks.values { sink(frame) }
    }

    /// The picture shown now.
    package var latest: VideoFrame? { state.withLock { $0.latest } }

    private func detach(_ identifier: Int) {
        state.withLock { _ = $0.sinks.removeValue(forKey: identifier) }
    }
}
