import Logging
import Media
import Testing

@testable import Conference

@MainActor @Suite("Windows, panes and streams") struct WindowModelTests {
    private func conference(_ scratch: ScratchProfile) -> Conference {
        Conference(
            profile: nil, options: ConferenceOptions(port: 0, folders: scratch.folders), logger: Logger(label: "test"),
            makeMedia: MediaScript().maker)
    }

    @Test("names are unique over all windows, and counted on from where they are")
    func names() throws {
        let conference = conference(try ScratchProfile())
        let window = try #require(conference.windows.first)
        let second = conference.addStream(named: "main", to: window)
        #expect(second.name == "main 2")
        #expect(conference.duplicate(second, in: window).name == "main 3")
        let other = try #require(conference.addWindow())
        #expect(conference.addStream(named: "main 2", to: other).name == "main 4")
        #expect(other.streams.first?.detection == true && window.streams.map(\.detection) == [true, false, false])
        #expect(throws: StreamTextProblem.nameTaken) { try second.rename(to: "main") }
        #expect(throws: StreamTextProblem.nameEmpty) { try second.rename(to: "") }
        #expect(throws: StreamTextProblem.nameUnusable) { try second.rename(to: "a\u{202E}b") }
        try second.rename(to: "desk")
        #expect(conference.stream(named: "desk") === second)
    }

    @Test("a copy has every setting of its model, and waits for no calls")
    func duplicate() throws {
        let conference = conference(try ScratchProfile())
        let window = try #require(conference.windows.first)
        let model = try #require(window.streams.first)
        model.outgoing = .audio
        model.volume = 0.5
        model.video.contentHint = .detail
        model.video.minimumBitrate = 200_000
        try model.note(address: "192.0.2.7")
        let copy = conference.duplicate(model, in: window)
        #expect(copy.outgoing == .audio && copy.volume == 0.5 && copy.video == model.video)
        #expect(copy.address == "192.0.2.7" && copy.state == .idle && !copy.detection && model.detection)
    }

    @Test("a stream that goes takes its panes with it, in every window; the last one stays")
    func removal() throws {
        let conference = conference(try ScratchProfile())
        let window = try #require(conference.windows.first)
        let main = try #require(window.streams.first)
        conference.remove(main, from: window)
        #expect(window.streams.count == 1)
        let pane = conference.addConference(to: window)
        let extra = conference.addPane(showing: pane.stream, to: window)
        let own = try #require(conference.detach(extra, from: window))
        #expect(conference.windows.count == 2 && own.panes.first === extra && own.streams.isEmpty)
        conference.remove(pane.stream, from: window)
        #expect(conference.windows.count == 1 && window.panes.map(\.stream.name) == ["main"])
    }

    @Test("a pane goes to a window of its own and comes back when that closes")
    func detaching() throws {
        let conference = conference(try ScratchProfile())
        let window = try #require(conference.windows.first)
        let pane = conference.addConference(to: window)
        let own = try #require(conference.detach(pane, from: window))
        #expect(window.panes.count == 1 && conference.window(of: pane) === own)
        #expect(conference.window(of: pane.stream) === window)
        #expect(conference.detach(try #require(window.panes.first), from: window) == nil)
        conference.close(own)
        #expect(conference.windows.count == 1 && window.panes.last === pane && conference.closedWindows.isEmpty)
    }

    @Test("a closed window can be opened again; the last one cannot be closed")
    func closing() throws {
        let conference = conference(try ScratchProfile())
        let first = try #require(conference.windows.first)
        conference.close(first)
        #expect(conference.windows.count == 1)
        let second = try #require(conference.addWindow())
        let name = try #require(second.streams.first?.name)
        conference.close(second)
        #expect(conference.windows.count == 1 && conference.stream(named: name) == nil)
        conference.addStream(named: name, to: first)
        #expect(conference.reopenWindow() === second)
        #expect(second.streams.first?.name == "stream 2")
        #expect(conference.reopenWindow() == nil)
    }

    @Test("panes are moved within their window")
    func moving() throws {
        let conference = conference(try ScratchProfile())
        let window = try #require(conference.windows.first)
        for _ in 0..<3 { conference.addConference(to: window) }
        let names = window.panes.map(\.stream.name)
        conference.move(try #require(window.panes.first), to: 2, in: window)
        #expect(window.panes.map(\.stream.name) == [names[1], names[2], names[0], names[3]])
        conference.move(try #require(window.panes.first), to: 99, in: window)
        #expect(window.panes.last?.stream.name == names[1])
    }

    @Test("windows come back with layout, size and panes that show another window's stream")
    func restored() async throws {
        let scratch = try ScratchProfile()
        let first = conference(scratch)
        await first.start()
        let window = try #require(first.windows.first)
        let pane = first.addConference(to: window)
        window.layout = .speaker
        window.size = WindowSize(width: 1234, height: 567, isMaximized: true)
        let own = try #require(first.detach(pane, from: window))
        own.layout = .insets
        await first.shutdown()
        let second = conference(scratch)
        #expect(second.windows.count == 2)
        #expect(second.windows.first?.layout == .speaker && second.windows.first?.size == window.size)
        #expect(second.windows.last?.panes.first?.stream.name == pane.stream.name)
        second.close(try #require(second.windows.last))
        #expect(second.windows.first?.panes.count == 2)
    }

    @Test("a changed default goes on to the streams that had it, and to no other")
    func defaults() throws {
        let conference = conference(try ScratchProfile())
        let window = try #require(conference.windows.first)
        let own = conference.addStream(named: "own", to: window)
        own.microphone = .testTone(hertz: 440)
        var defaults = conference.defaults
        defaults.microphone = .device("headset")
        defaults.video.width = 1280
        conference.defaults = defaults
        #expect(window.streams.first?.microphone == .device("headset") && own.microphone == .testTone(hertz: 440))
        #expect(window.streams.allSatisfy { $0.video.width == 1280 })
        #expect(conference.addStream(named: "new", to: window).microphone == .device("headset"))
    }
}
