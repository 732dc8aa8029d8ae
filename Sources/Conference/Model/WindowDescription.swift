import Observation

/// How a window arranges its panes.
package enum PaneLayout: String, Hashable, Sendable, CaseIterable, Codable {
    /// All of one size.
    case grid
    /// The first one large, the others in a strip below.
    case speaker
    /// The first one fills the window, the others are small pictures over it.
    case insets
}

/// A window's size in application pixels, as it was last seen.
package struct WindowSize: Hashable, Sendable, Codable {
    package var width: Int
    package var height: Int
    package var isMaximized: Bool

    package init(width: Int = 960, height: Int = 680, isMaximized: Bool = false) {
        self.width = min(max(width, 360), 16_384)
        self.height = min(max(height, 294), 16_384)
        self.isMaximized = isMaximized
    }
}

/// One window: its streams, the panes that show them, and how they are arranged. Saved as it changes.
@MainActor @Observable package final class WindowDescription: Identifiable {
    package nonisolated let id: String
    /// The streams that are described here. Panes may show those of other windows too.
    package internal(set) var streams: [Stream]
    package internal(set) var panes: [Pane]
    package var layout = PaneLayout.grid
    package var size = WindowSize()
    /// The window that these panes were taken out of, and go back to when this one closes.
    package internal(set) var origin: String?
    /// What was changed, to be taken back.
    @ObservationIgnored package private(set) lazy var history = WindowHistory(self)
    @ObservationIgnored weak var conference: Conference?

    /// Whether there is room for one more.
    package var canAddStream: Bool { streams.count < WindowStore.streamLimit }
    package var canAddPane: Bool { panes.count < WindowStore.paneLimit }

    init(id: String, streams: [Stream] = [], panes: [Pane] = []) {
        self.id = id
        self.streams = streams
        self.panes = panes
    }
}
