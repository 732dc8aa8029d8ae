import Observation

/// A window's changes, each of which can be taken back and made again (Ctrl+Z, Ctrl+Shift+Z).
///
/// What is remembered are descriptions: calls go on, and nobody is called, when a change is taken back.
@MainActor @Observable package final class WindowHistory {
    private struct Change {
        var name: String
        /// Changes of the same thing, one right after the other, are one.
        var subject: String
        var before: WindowStore.Window
        var after: WindowStore.Window
    }

    /// More steps than a person remembers.
    private static let limit = 100

    private unowned let window: WindowDescription
    private var done: [Change] = []
    private var undone: [Change] = []

    init(_ window: WindowDescription) { self.window = window }

    /// What would be taken back, in the words of whoever changed it; nil for nothing.
    package var undoName: String? { done.last?.name }
    package var redoName: String? { undone.last?.name }

    /// Does `change`, and remembers how the window was before.
    ///
    /// - Parameters:
    ///   - name: for people, as the interface shows it.
    ///   - subject: what is changed; further changes of it join this one. Empty for a change that stands alone.
    package func record<Failure: Error>(
        _ name: String, of subject: String = "", _ change: () throws(Failure) -> Void
    ) throws(Failure) {
        guard let conference = window.conference else { return try change() }
        let before = conference.record(of: window)
        try change()
        let after = conference.record(of: window)
        guard before != after else { return }
        undone = []
        if !subject.isEmpty, let last = done.last, last.subject == subject, last.after == before {
            // Back at where it began, there is nothing to take back.
            if last.before == after { done.removeLast() } else { done[done.count - 1].after = after }
        } else {
            done.append(Change(name: name, subject: subject, before: before, after: after))
            if done.count > Self.limit { done.removeFirst() }
        }
    }

    /// Takes the last change of the window back; nothing without one.
    package func undo() {
        guard let change = done.popLast() else { return }
        window.conference?.restore(window, to: change.before, from: change.after)
        undone.append(change)
    }

    /// Makes the change again that was taken back last; nothing without one.
    package func redo() {
        guard let change = undone.popLast() else { return }
        window.conference?.restore(window, to: change.after, from: change.before)
        done.append(change)
    }
}

extension Conference {
    /// Brings a window back to a description. Only what differs between the two is touched: what has changed since by
    /// other ways stays.
    func restore(_ window: WindowDescription, to wanted: WindowStore.Window, from present: WindowStore.Window) {
        if wanted.streams != present.streams { restoreStreams(of: window, to: wanted.streams, from: present.streams) }
        if wanted.panes != present.panes { restorePanes(of: window, to: wanted) }
        if wanted.layout != present.layout, let layout = wanted.layout.flatMap({ PaneLayout(rawValue: $0) }) {
            window.layout = layout
        }
        detectionChanged()
    }

    private func restoreStreams(of window: WindowDescription, to wanted: [StreamRecord], from present: [StreamRecord]) {
        let ids = { (records: [StreamRecord]) in records.compactMap(\.id) }
        let gone = Set(ids(present)).subtracting(ids(wanted))
        for stream in window.streams where gone.contains(stream.id) { stream.disconnect() }
        var streams = window.streams.filter { !gone.contains($0.id) }
        for (place, record) in wanted.enumerated() {
            if let stream = streams.first(where: { $0.id == record.id }) {
                guard let was = present.first(where: { $0.id == record.id }), was != record else { continue }
                record.changes(from: was).apply(to: stream)
                if record.name != was.name { try? stream.rename(to: record.name) }
            } else {
                streams.insert(restore(record), at: min(place, streams.count))
            }
        }
        let order = ids(wanted)
        window.streams = streams.sorted {
            (order.firstIndex(of: $0.id) ?? order.count) < (order.firstIndex(of: $1.id) ?? order.count)
        }
        for other in windows where other !== window && other.panes.contains(where: { gone.contains($0.stream.id) }) {
            other.panes.removeAll { gone.contains($0.stream.id) }
            fillIfEmpty(other)
        }
    }

    /// A window shows something, or is none: one that only had panes of others goes with the last of them.
    private func fillIfEmpty(_ window: WindowDescription) {
        guard window.panes.isEmpty else { return }
        if let first = window.streams.first {
            addPane(showing: first, to: window)
        } else {
            windows.removeAll { $0 === window }
        }
    }

    /// A pane that has got a window of its own comes home, so that it is not in two windows at once.
    private func takeBack(paneOf id: String, to window: WindowDescription) -> Pane? {
        for other in windows where other !== window {
            guard let pane = other.panes.first(where: { $0.id == id }) else { continue }
            other.panes.removeAll { $0 === pane }
            fillIfEmpty(other)
            return pane
        }
        return nil
    }

    private func restorePanes(of window: WindowDescription, to wanted: WindowStore.Window) {
        let panes = wanted.panes.compactMap { saved -> Pane? in
            // By identifier first: the stream may have got another name meanwhile.
            let known = streams.first { $0.id == saved.streamID } ?? stream(named: saved.stream)
            guard let stream = known else { return nil }
            let display = saved.display.flatMap { PaneDisplay(rawValue: $0) } ?? .receivedWithSentInset
            let present = window.panes.first { $0.id == saved.id }
            guard let pane = present ?? takeBack(paneOf: saved.id, to: window) else {
                return Pane(id: saved.id, stream: stream, display: display)
            }
            if pane.stream !== stream { pane.stream = stream }
            if pane.display != display { pane.display = display }
            return pane
        }
        if !panes.isEmpty { window.panes = panes }
    }
}
