import FoundationEssentials
import Logging
import Testing

@testable import Conference

@MainActor @Suite("A window in a file") struct WindowDocumentTests {
    private func conference(_ scratch: ScratchProfile) -> Conference {
        Conference(
            profile: nil, options: ConferenceOptions(port: 0, folders: scratch.folders), logger: Logger(label: "test"),
            makeMedia: MediaScript().maker)
    }

    @Test("what is exported comes in as a window beside those that are there, and waits for no calls")
    func roundTrip() throws {
        let scratch = try ScratchProfile()
        let conference = conference(scratch)
        let window = try #require(conference.windows.first)
        let pane = conference.addConference(to: window)
        pane.stream.timeout = 77
        try pane.stream.note(address: "192.0.2.9")
        window.layout = .speaker
        let path = scratch.folders.data + "/window.json"
        try conference.export(window, to: path)
        let opened = try #require(try conference.importWindows(from: path).first)
        #expect(conference.windows.count == 2 && opened.layout == .speaker)
        #expect(opened.streams.map(\.name) == ["main 2", "stream 2"])
        #expect(opened.streams.map(\.timeout) == [20, 77] && opened.streams.allSatisfy { !$0.detection })
        #expect(opened.panes.map(\.stream.name) == ["main 2", "stream 2"])
        #expect(opened.streams.last?.address == "192.0.2.9" && opened.streams.last?.state == .idle)
    }

    @Test("a pane that shows another window's stream brings it along")
    func foreignStream() throws {
        let scratch = try ScratchProfile()
        let conference = conference(scratch)
        let window = try #require(conference.windows.first)
        let own = try #require(conference.detach(conference.addConference(to: window), from: window))
        let path = scratch.folders.data + "/own.json"
        try conference.export(own, to: path)
        let opened = try #require(try conference.importWindows(from: path).first)
        #expect(opened.streams.map(\.name) == ["stream 2"] && opened.panes.count == 1 && opened.origin == nil)
    }

    @Test(
        "a file that cannot be used says why, and changes nothing",
        arguments: [
            ("", WindowFileError.notAWindowFile), ("[1]", .notAWindowFile), ("\u{0}\u{1}", .notAWindowFile),
            (#"{"version":2,"windows":[]}"#, .newerVersion), (#"{"version":1,"windows":[]}"#, .noStreams),
            (#"{"version":1,"windows":[{"id":"a","streams":[],"panes":[{"id":"p","stream":"main"}]}]}"#, .noStreams),
        ])
    func broken(text: String, error: WindowFileError) throws {
        let scratch = try ScratchProfile()
        let conference = conference(scratch)
        try scratch.write(text, to: "broken.json", in: scratch.folders.data)
        #expect(throws: error) { try conference.importWindows(from: scratch.folders.data + "/broken.json") }
        #expect(conference.windows.count == 1 && conference.streams.count == 1)
    }

    @Test("no file, no permission, no folder: said as such")
    func unusable() throws {
        let scratch = try ScratchProfile()
        let conference = conference(scratch)
        let window = try #require(conference.windows.first)
        #expect(throws: WindowFileError.self) { try conference.importWindows(from: "/nonexistent/file.json") }
        try scratch.write("a file", to: "in-the-way", in: scratch.folders.data)
        #expect(throws: WindowFileError.self) {
            try conference.export(window, to: scratch.folders.data + "/in-the-way/window.json")
        }
    }

    @Test("a broken store is kept aside, and said")
    func brokenStore() throws {
        let scratch = try ScratchProfile()
        try scratch.write("{", to: "windows.json", in: scratch.folders.configuration)
        let conference = conference(scratch)
        #expect(conference.restoringProblem == .broken(scratch.folders.configuration + "/windows.json.broken"))
        #expect(conference.stream(named: "main") != nil)
    }
}
