import FoundationEssentials
import Observation

/// Windows as they were left: restored at the start, saved as they change.
extension Conference {
    func restoreWindows() {
        let saved = store.load()
        restoringProblem = saved.problem
        for record in saved.windows { restoreStreams(of: record) }
        for (record, window) in zip(saved.windows, windows) { restorePanes(of: record, in: window) }
        windows.removeAll { $0.panes.isEmpty }
        if windows.isEmpty, let window = makeWindow(id: "main") {
            let stream = makeStream(named: "main", detection: true)
            window.streams = [stream]
            window.panes = [Pane(id: UUID().uuidString, stream: stream)]
            windows = [window]
        }
        savedWindows = records
    }

    private func restoreStreams(of record: WindowStore.Window) {
        guard let window = makeWindow(id: record.id) else { return }
        windows.append(window)
        window.origin = record.origin
        fill(window, from: record)
    }

    /// Gives a window the streams and the looks that a record describes; panes come by `restorePanes`.
    func fill(_ window: WindowDescription, from record: WindowStore.Window) {
        window.layout = record.layout.flatMap { PaneLayout(rawValue: $0) } ?? .grid
        if let size = record.size {
            window.size = WindowSize(width: size.width, height: size.height, isMaximized: size.isMaximized)
        }
        for saved in record.streams.prefix(WindowStore.streamLimit) { window.streams.append(restore(saved)) }
    }

    /// A stream as it was described; in no window yet, and calling nobody.
    func restore(_ saved: StreamRecord) -> Stream {
        let stream = makeStream(named: saved.name, detection: false, id: saved.id)
        stream.conference = nil
        saved.apply(to: stream)
        use(optionsFor: stream)
        stream.conference = self
        replacedSources[stream.id] = saved
        return stream
    }

    /// Streams are known by name: a window's own first, then those of others.
    func restorePanes(of record: WindowStore.Window, in window: WindowDescription) {
        for saved in record.panes.prefix(WindowStore.paneLimit) {
            // A name that was taken has got a number meanwhile: then the place in the list tells.
            let place = record.streams.firstIndex { $0.name == saved.stream }
            let own = place.flatMap { window.streams.indices.contains($0) ? window.streams[$0] : nil }
            guard let stream = own ?? stream(named: saved.stream) else { continue }
            window.panes.append(
                Pane(
                    id: saved.id, stream: stream,
                    display: saved.display.flatMap { PaneDisplay(rawValue: $0) } ?? .receivedWithSentInset))
        }
        if window.panes.isEmpty, let stream = window.streams.first { addPane(showing: stream, to: window) }
    }

    // MARK: Saving

    /// As it would be saved now.
    var records: [WindowStore.Window] { windows.map(record) }

    func record(of window: WindowDescription) -> WindowStore.Window {
        WindowStore.Window(
            id: window.id, streams: window.streams.map(record),
            panes: window.panes.map {
                WindowStore.Pane(
                    id: $0.id, stream: $0.stream.name, streamID: $0.stream.id, display: $0.display.rawValue)
            },
            layout: window.layout.rawValue, size: window.size, origin: window.origin)
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
        if store.save(now) { savedWindows = now } else { saveLater() }
    }

    /// The disk may have room again.
    private func saveLater() {
        savingLater?.cancel()
        savingLater = Task { [weak self] in
            guard (try? await Task.sleep(for: Self.savingRetry)) != nil else { return }
            self?.saveNow()
        }
    }

    private static let savingRetry = Duration.seconds(10)
}
