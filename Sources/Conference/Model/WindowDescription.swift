import Observation

/// One window: its streams and the panes that show them. Saved as it changes.
@MainActor @Observable package final class WindowDescription: Identifiable {
    package nonisolated let id: String
    package var streams: [Stream]
    package var panes: [Pane]

    package init(id: String, streams: [Stream], panes: [Pane]) {
        self.id = id
        self.streams = streams
        self.panes = panes
    }
}
