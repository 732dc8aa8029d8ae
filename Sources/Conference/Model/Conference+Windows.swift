import FoundationEssentials

/// Windows and their panes: opened, arranged, taken apart, closed.
extension Conference {
    /// Opens a window with a stream and a pane of its own; nil when there are as many as can be.
    @discardableResult package func addWindow() -> WindowDescription? {
        guard let window = makeWindow() else { return nil }
        addPane(showing: addStream(named: "stream", to: window), to: window)
        windows.append(window)
        return window
    }

    func makeWindow(id: String? = nil) -> WindowDescription? {
        guard windows.count < WindowStore.windowLimit else { return nil }
        let free = id.flatMap { id in windows.contains { $0.id == id } || id.isEmpty || id.utf8.count > 64 ? nil : id }
        let window = WindowDescription(id: free ?? UUID().uuidString)
        window.conference = self
        return window
    }

    /// Closes a window. Its calls end; panes that came from another window go back there. The last window stays, so
    /// that it is there at the next start.
    package func close(_ window: WindowDescription) {
        guard windows.count > 1, windows.contains(where: { $0 === window }) else { return }
        if let origin = windows.first(where: { $0.id == window.origin }) {
            let returning = window.panes.filter { pane in !window.streams.contains { $0 === pane.stream } }
            origin.panes += returning.prefix(max(0, WindowStore.paneLimit - origin.panes.count))
            window.panes.removeAll { pane in returning.contains { $0 === pane } }
        }
        for stream in window.streams { stream.disconnect() }
        windows.removeAll { $0 === window }
        for other in windows {
            for stream in window.streams { removeGone(stream, from: other) }
        }
        if window.origin == nil { closedWindows = (closedWindows + [window]).suffix(8) }
        detectionChanged()
    }

    private func removeGone(_ stream: Stream, from window: WindowDescription) {
        guard window.panes.contains(where: { $0.stream === stream }) else { return }
        window.panes.removeAll { $0.stream === stream }
        if window.panes.isEmpty, let first = window.streams.first { addPane(showing: first, to: window) }
    }

    /// Opens the window again that was closed last; nil when there is none.
    @discardableResult package func reopenWindow() -> WindowDescription? {
        guard windows.count < WindowStore.windowLimit, let window = closedWindows.popLast() else { return nil }
        for stream in window.streams where self.stream(named: stream.name) != nil {
            stream.name = makeStream(named: stream.name, detection: false).name
        }
        windows.append(window)
        detectionChanged()
        return window
    }

    // MARK: Panes

    /// Adds a pane that shows a stream, of whichever window; there must be room.
    @discardableResult package func addPane(showing stream: Stream, to window: WindowDescription) -> Pane {
        let pane = Pane(id: UUID().uuidString, stream: stream)
        window.panes.append(pane)
        return pane
    }

    /// Adds a pane with a stream of its own: one more conference in the window.
    @discardableResult package func addConference(to window: WindowDescription) -> Pane {
        addPane(showing: addStream(named: "stream", to: window), to: window)
    }

    /// Takes a pane away; its stream, and the call of it, stay. The last pane of a window stays.
    package func remove(_ pane: Pane, from window: WindowDescription) {
        guard window.panes.count > 1 else { return }
        window.panes.removeAll { $0 === pane }
    }

    /// Puts a pane at another place in its window: `index` of the panes as they will be.
    package func move(_ pane: Pane, to index: Int, in window: WindowDescription) {
        guard let now = window.panes.firstIndex(where: { $0 === pane }), now != index else { return }
        var panes = window.panes
        panes.remove(at: now)
        panes.insert(pane, at: min(max(index, 0), panes.count))
        window.panes = panes
    }

    /// Gives a pane a window of its own, where it goes on showing its stream. The last pane stays where it is.
    @discardableResult package func detach(_ pane: Pane, from window: WindowDescription) -> WindowDescription? {
        guard window.panes.count > 1, window.panes.contains(where: { $0 === pane }), let own = makeWindow() else {
            return nil
        }
        window.panes.removeAll { $0 === pane }
        own.panes = [pane]
        own.origin = window.origin ?? window.id
        own.size = WindowSize(width: 640, height: 480)
        windows.append(own)
        return own
    }

    /// Answers the stream's incoming call in a pane: from now on the pane shows that stream (WINDEV's StreamAccept).
    package func accept(_ stream: Stream, in pane: Pane) {
        guard stream.state == .incoming else { return }
        pane.stream = stream
        stream.accept()
    }

    /// The window that a pane is in.
    package func window(of pane: Pane) -> WindowDescription? {
        windows.first { $0.panes.contains { $0 === pane } }
    }

    /// The window that describes a stream.
    package func window(of stream: Stream) -> WindowDescription? {
        windows.first { $0.streams.contains { $0 === stream } }
    }
}
