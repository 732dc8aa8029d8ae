import FoundationEssentials
import Media
import Observation

/// Windows, streams and panes: made, restored and saved.
extension Conference {
    /// Adds a stream to a window; its name is `name`, with a number where that is taken.
    @discardableResult package func addStream(named name: String, to window: WindowDescription) -> Stream {
        let stream = makeStream(named: name, detection: false)
        window.streams.append(stream)
        return stream
    }

    /// Adds a pane that shows a stream.
    @discardableResult package func addPane(showing stream: Stream, to window: WindowDescription) -> Pane {
        let pane = Pane(id: UUID().uuidString, stream: stream)
        window.panes.append(pane)
        return pane
    }

    /// Hangs up and takes a stream and its panes out of a window. The last stream stays.
    package func remove(_ stream: Stream, from window: WindowDescription) {
        guard streams.count > 1, window.streams.contains(where: { $0 === stream }) else { return }
        stream.disconnect()
        window.panes.removeAll { $0.stream === stream }
        window.streams.removeAll { $0 === stream }
        detectionChanged()
    }

    private func makeStream(named name: String, detection: Bool) -> Stream {
        let base = SignalingText.name(name).isEmpty ? "stream" : SignalingText.name(name)
        var unique = base
        var number = 2
        while stream(named: unique) != nil {
            unique = "\(base) \(number)"
            number += 1
        }
        let stream = Stream(
            id: UUID().uuidString, name: unique, identifier: Self.userName, detection: detection)
        use(optionsFor: stream)
        stream.conference = self
        return stream
    }

    /// The command line's devices, before those that are saved.
    private func use(optionsFor stream: Stream) {
        if let camera = options.camera { stream.camera = camera }
        if let microphone = options.microphone { stream.microphone = microphone }
        if let speaker = options.speaker { stream.speaker = speaker }
    }

    private static var userName: String {
        let process = ProcessInfo.processInfo
        return SignalingText.name(process.fullUserName.isEmpty ? process.userName : process.fullUserName)
    }

    // MARK: Restoring

    func restoreWindows() {
        for record in store.load() ?? [] { restore(record) }
        if windows.isEmpty {
            let stream = makeStream(named: "main", detection: true)
            windows = [
                WindowDescription(
                    id: "main", streams: [stream], panes: [Pane(id: UUID().uuidString, stream: stream)])
            ]
        }
        savedWindows = records
    }

    private func restore(_ record: WindowStore.Window) {
        let window = WindowDescription(id: record.id, streams: [], panes: [])
        windows.append(window)
        for saved in record.streams.prefix(WindowStore.streamLimit) {
            let stream = makeStream(named: saved.name, detection: false)
            stream.conference = nil
            saved.apply(to: stream)
            use(optionsFor: stream)
            stream.conference = self
            replacedSources[stream.id] = saved
            window.streams.append(stream)
        }
        for saved in record.panes.prefix(WindowStore.paneLimit) {
            guard let stream = window.streams.first(where: { $0.name == saved.stream }) else { continue }
            window.panes.append(
                Pane(
                    id: saved.id, stream: stream,
                    display: saved.display.flatMap { PaneDisplay(rawValue: $0) } ?? .receivedWithSentInset))
        }
        if window.panes.isEmpty, let stream = window.streams.first { addPane(showing: stream, to: window) }
    }

    // MARK: Saving

    /// As it would be saved now.
    var records: [WindowStore.Window] {
        windows.map { window in
            WindowStore.Window(
                id: window.id, streams: window.streams.map(record),
                panes: window.panes.map {
                    WindowStore.Pane(id: $0.id, stream: $0.stream.name, display: $0.display.rawValue)
                })
        }
    }

    /// What the command line said for this run is not saved in place of what was.
    private func record(of stream: Stream) -> StreamRecord {
        var record = StreamRecord(stream)
        let saved = replacedSources[stream.id]
        if let camera = options.camera, stream.camera == camera { record.camera = saved?.camera }
        if let microphone = options.microphone, stream.microphone == microphone {
            record.microphone = saved?.microphone
        }
        if let speaker = options.speaker, stream.speaker == speaker { record.speaker = saved?.speaker }
        return record
    }

    /// Saves what changes, when it has been quiet for a moment.
    func beginSaving() {
        let changes = Observations { [weak self] in self?.records ?? [] }
        saving = Task { [weak self] in
            var pending: Task<Void, Never>?
            for await _ in changes {
                pending?.cancel()
                pending = Task { [weak self] in
                    guard (try? await Task.sleep(for: .milliseconds(500))) != nil else { return }
                    self?.saveNow()
                }
            }
        }
    }

    func saveNow() {
        let now = records
        guard now != savedWindows else { return }
        savedWindows = now
        store.save(now)
    }
}
