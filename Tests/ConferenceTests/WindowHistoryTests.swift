import Logging
import Media
import Testing

@testable import Conference

@MainActor @Suite("Taking changes back") struct WindowHistoryTests {
    private func window() throws -> (Conference, WindowDescription) {
        let conference = Conference(
            profile: nil, options: ConferenceOptions(port: 0, folders: try ScratchProfile().folders),
            logger: Logger(label: "test"), makeMedia: MediaScript().maker)
        return (conference, try #require(conference.windows.first))
    }

    @Test("a property goes back and forth; what has changed by other ways stays")
    func property() throws {
        let (conference, window) = try window()
        try withExtendedLifetime(conference) {
            let stream = try #require(window.streams.first)
            window.history.record("Change Timeout") { stream.timeout = 60 }
            stream.volume = 0.5
            #expect(window.history.undoName == "Change Timeout" && window.history.redoName == nil)
            window.history.undo()
            #expect(stream.timeout == 20 && stream.volume == 0.5 && window.history.undoName == nil)
            window.history.redo()
            #expect(stream.timeout == 60 && stream.volume == 0.5)
        }
    }

    @Test("moving one slider is one change; nothing changed is none; a new change ends what could be made again")
    func joined() throws {
        let (conference, window) = try window()
        try withExtendedLifetime(conference) {
            let stream = try #require(window.streams.first)
            for volume in [0.9, 0.8, 0.7] {
                window.history.record("Change Volume", of: "volume") { stream.volume = volume }
            }
            window.history.record("Change Nothing") {}
            window.history.undo()
            #expect(stream.volume == 1 && window.history.undoName == nil)
            window.history.record("Rename") { try? stream.rename(to: "desk") }
            #expect(window.history.redoName == nil)
            window.history.undo()
            #expect(stream.name == "main")
        }
    }

    @Test("a slider that goes back to where it was is no change; a renamed stream's pane comes back with its new name")
    func backAndRenamed() throws {
        let (conference, window) = try window()
        let stream = try #require(window.streams.first)
        for volume in [0.9, 1.0] { window.history.record("Change Volume", of: "volume") { stream.volume = volume } }
        #expect(window.history.undoName == nil)
        let other = try #require(conference.addWindow())
        let pane = conference.addPane(showing: stream, to: other)
        other.history.record("Remove Pane") { conference.remove(pane, from: other) }
        try stream.rename(to: "desk")
        other.history.undo()
        #expect(other.panes.count == 2 && other.panes.last?.stream === stream)
    }

    @Test("a removed stream comes back with its settings, its place and its panes")
    func removedStream() throws {
        let (conference, window) = try window()
        let pane = conference.addConference(to: window)
        conference.addConference(to: window)
        let names = window.streams.map(\.name)
        pane.stream.timeout = 99
        pane.display = .sent
        window.layout = .insets
        window.history.record("Remove Stream") { conference.remove(pane.stream, from: window) }
        window.history.record("Arrange") { window.layout = .speaker }
        #expect(window.streams.count == 2 && window.panes.count == 2)
        window.history.undo()
        window.history.undo()
        #expect(window.layout == .insets && window.streams.map(\.name) == names)
        #expect(window.panes.map(\.id).contains(pane.id) && window.panes[1].display == .sent)
        #expect(window.streams[1].timeout == 99 && window.panes[1].stream === window.streams[1])
        window.history.redo()
        #expect(window.streams.count == 2)
    }

    @Test("taking the adding of a stream back ends its call")
    func addedStream() throws {
        let (conference, window) = try window()
        var added: Stream?
        window.history.record("Add Stream") { added = conference.addConference(to: window).stream }
        let stream = try #require(added)
        stream.connect(to: "192.0.2.1")
        #expect(stream.state == .calling)
        window.history.undo()
        #expect(stream.state == .ended(.localHangUp) && window.streams.count == 1 && window.panes.count == 1)
    }

    @Test("a pane that has got a window of its own comes home, and is in one window only")
    func detachedPane() throws {
        let (conference, window) = try window()
        let pane = conference.addConference(to: window)
        window.history.record("Detach Pane") { conference.detach(pane, from: window) }
        #expect(conference.windows.count == 2 && window.panes.count == 1)
        window.history.undo()
        #expect(conference.windows.count == 1)
        #expect(window.panes.count == 2 && window.panes.contains { $0 === pane })
    }

    @Test("a window that showed a stream which is taken back shows one of its own, or closes with its last pane")
    func streamTakenBack() throws {
        let (conference, window) = try window()
        let other = try #require(conference.addWindow())
        var added: Stream?
        window.history.record("Add Stream") { added = conference.addStream(named: "door", to: window) }
        let door = try #require(added)
        other.panes.first?.stream = door
        let lone = conference.addPane(showing: door, to: other)
        conference.detach(lone, from: other)
        #expect(conference.windows.count == 3)
        window.history.undo()
        #expect(conference.windows.count == 2)
        #expect(other.panes.map(\.stream.name) == other.streams.map(\.name))
    }
}
