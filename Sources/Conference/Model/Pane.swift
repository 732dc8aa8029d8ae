import Observation

/// A place in a window that shows one stream. Several panes may show the same one.
@MainActor @Observable package final class Pane: Identifiable {
    package nonisolated let id: String
    package var stream: Stream
    package var display: PaneDisplay

    package init(id: String, stream: Stream, display: PaneDisplay = .receivedWithSentInset) {
        self.id = id
        self.stream = stream
        self.display = display
    }
}
