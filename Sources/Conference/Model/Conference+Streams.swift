import FoundationEssentials

/// Streams: added, copied, removed.
extension Conference {
    /// Adds a stream to a window, which must have room; its name is `name`, with a number where that is taken.
    @discardableResult package func addStream(named name: String, to window: WindowDescription) -> Stream {
        // A window's first stream waits for calls.
        let stream = makeStream(named: name, detection: window.streams.isEmpty)
        window.streams.append(stream)
        detectionChanged()
        return stream
    }

    /// Adds a stream with everything that is set for another one, but its calls: it waits for none.
    @discardableResult package func duplicate(_ stream: Stream, in window: WindowDescription) -> Stream {
        let copy = addStream(named: stream.name, to: window)
        StreamRecord(stream).apply(to: copy)
        copy.detection = false
        return copy
    }

    /// Hangs up and takes a stream and the panes that show it away. The last stream of a window stays.
    package func remove(_ stream: Stream, from window: WindowDescription) {
        guard window.streams.count > 1, window.streams.contains(where: { $0 === stream }) else { return }
        stream.disconnect()
        window.streams.removeAll { $0 === stream }
        for other in windows { removePanes(showing: stream, from: other) }
        detectionChanged()
    }

    private func removePanes(showing stream: Stream, from window: WindowDescription) {
        guard window.panes.contains(where: { $0.stream === stream }) else { return }
        window.panes.removeAll { $0.stream === stream }
        guard window.panes.isEmpty else { return }
        if let first = window.streams.first { addPane(showing: first, to: window) } else { close(window) }
    }

    func makeStream(named name: String, detection: Bool, id: String? = nil) -> Stream {
        // Two streams of one identifier would be one to whoever edits them.
        let free = id.flatMap { id in streams.contains { $0.id == id } || id.utf8.count > 64 ? nil : id }
        let stream = Stream(
            id: free ?? UUID().uuidString, name: unusedName(name), identifier: "", detection: detection)
        stream.take(defaults)
        use(optionsFor: stream)
        stream.conference = self
        return stream
    }

    private func unusedName(_ name: String) -> String {
        let base = SignalingText.name(name).isEmpty ? "stream" : SignalingText.name(name)
        if stream(named: base) == nil { return base }
        // "desk 2" is followed by "desk 3", not by "desk 2 2".
        let words = base.split(separator: " ")
        let counted = words.count > 1 ? words.last.flatMap { Int($0) } : nil
        let stem = counted == nil ? base : words.dropLast().joined(separator: " ")
        var number = 2
        while stream(named: "\(stem) \(number)") != nil { number += 1 }
        return "\(stem) \(number)"
    }

    /// The command line's devices, before those that are saved.
    func use(optionsFor stream: Stream) {
        if let camera = options.camera { stream.camera = camera }
        if let microphone = options.microphone { stream.microphone = microphone }
        if let speaker = options.speaker { stream.speaker = speaker }
    }
}
