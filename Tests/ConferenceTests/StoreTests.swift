import FoundationEssentials
import Logging
import Media
import RTC
import Testing

@testable import Conference

@MainActor @Suite("Profile store") struct StoreTests {
    private let logger = Logger(label: "test")

    private func conference(_ scratch: ScratchProfile, _ change: (inout ConferenceOptions) -> Void = { _ in })
        -> Conference
    {
        var options = ConferenceOptions(port: 0, folders: scratch.folders)
        change(&options)
        return Conference(profile: nil, options: options, logger: logger, makeMedia: MediaScript().maker)
    }

    @Test("streams and panes come back as they were left, and nobody is called by it")
    func roundTrip() async throws {
        let scratch = try ScratchProfile()
        let first = conference(scratch)
        await first.start()
        let window = try #require(first.windows.first)
        let desk = first.addStream(named: "desk", to: window)
        desk.identifier = "Zo\u{EB} \u{1F600}"
        desk.lastAddress = "192.0.2.1:5000"
        desk.outgoing = .audio
        desk.incoming = []
        desk.timeout = 45
        desk.camera = .testPattern(width: 320, height: 240, framesPerSecond: 15)
        desk.microphone = .testTone(hertz: 880)
        desk.speaker = .device("sink")
        desk.volume = 0.5
        desk.video = VideoSettings(width: 1280, height: 720, framesPerSecond: 15, bitrate: 1_500_000)
        desk.audio = AudioSettings(bitrate: 24_000, frameDuration: 40, forwardErrorCorrection: false, musicMode: true)
        first.addPane(showing: desk, to: window).display = .sent
        await first.shutdown()

        let second = conference(scratch)
        #expect(second.records == first.records)
        let restored = try #require(second.stream(named: "desk"))
        #expect(restored.address == "192.0.2.1:5000" && restored.state == .idle)
        #expect(restored.camera == desk.camera && restored.microphone == desk.microphone)
        #expect(restored.audio == desk.audio && restored.video == desk.video)
        #expect(second.windows.first?.panes.map(\.display) == [.receivedWithSentInset, .sent])
    }

    @Test("changes are saved without being asked")
    func savedAsTheyChange() async throws {
        let scratch = try ScratchProfile()
        let first = conference(scratch)
        await first.start()
        try #require(first.stream(named: "main")).volume = 1.5
        try await until("the change is saved") { conference(scratch).stream(named: "main")?.volume == 1.5 }
        await first.shutdown()
    }

    @Test("devices of the command line are for one run")
    func optionsAreNotSaved() async throws {
        let scratch = try ScratchProfile()
        let first = conference(scratch)
        await first.start()
        try #require(first.stream(named: "main")).camera = .device("/dev/video7")
        await first.shutdown()
        let second = conference(scratch) { $0.camera = CameraSource.none }
        await second.start()
        let stream = try #require(second.stream(named: "main"))
        #expect(stream.camera == .none)
        stream.volume = 0.25
        await second.shutdown()
        let third = try #require(conference(scratch).stream(named: "main"))
        #expect(third.camera == .device("/dev/video7") && third.volume == 0.25)
    }

    @Test(
        "a file that makes no sense is kept aside, and there is a window all the same",
        arguments: [
            "", "{", "[]", #"{"version":1,"windows":[]}"#,
            #"{"version":1,"windows":[{"id":"a","streams":[],"panes":[]}]}"#,
        ])
    func broken(text: String) throws {
        let scratch = try ScratchProfile()
        try scratch.write(text, to: "windows.json", in: scratch.folders.configuration)
        let conference = conference(scratch)
        #expect(conference.stream(named: "main")?.detection == true)
        #expect(try scratch.read("windows.json.broken", in: scratch.folders.configuration) == text)
    }

    @Test("values out of range get their defaults")
    func outOfRange() throws {
        let scratch = try ScratchProfile()
        let text = """
            {"version":1,"windows":[{"id":"a","streams":[{"name":"main\\u0000","timeout":-5,"volume":1e300,"camera":"test-pattern:1x1",
            "outgoing":"smell","video":{"width":641,"height":99999,"framesPerSecond":0,"bitrate":1},"audio":{"frameDuration":30}}],
            "panes":[{"id":"p","stream":"nobody"}]}]}
            """
        try scratch.write(text, to: "windows.json", in: scratch.folders.configuration)
        let stream = try #require(conference(scratch).stream(named: "main"))
        #expect(stream.timeout == 1 && stream.volume == 2 && stream.outgoing == .all)
        #expect(stream.video == VideoSettings() && stream.audio == AudioSettings())
    }

    @Test("the identity stays, and only its owner can read it")
    func identity() throws {
        let scratch = try ScratchProfile()
        let first = try #require(conference(scratch).identity?.fingerprint)
        #expect(conference(scratch).identity?.fingerprint == first)
        #expect(try scratch.permissions("identity.pem", in: scratch.folders.data) == 0o600)
        try scratch.write("nonsense", to: "identity.pem", in: scratch.folders.data)
        let second = try #require(conference(scratch).identity?.fingerprint)
        #expect(second != first)
        #expect(try scratch.read("identity.pem.broken", in: scratch.folders.data) == "nonsense")
    }

    @Test("a folder that cannot be written costs nothing but the memory")
    func unwritable() async throws {
        let scratch = try ScratchProfile()
        try scratch.write("a file", to: "in-the-way", in: scratch.folders.data)
        let folders = ProfileFolders(
            configuration: scratch.folders.data + "/in-the-way/c", data: scratch.folders.data + "/in-the-way/d")
        let conference = Conference(
            profile: nil, options: ConferenceOptions(port: 0, folders: folders), logger: logger,
            makeMedia: MediaScript().maker)
        #expect(conference.identity != nil)
        await conference.start()
        #expect(conference.listeningPort != nil)
        await conference.shutdown()
    }

    @Test("profiles have folders of their own, and names that cannot leave them")
    func folders() {
        let environment = ["XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "relative", "HOME": "/h"]
        let plain = ProfileFolders(profile: nil, environment: environment)
        #expect(plain == ProfileFolders(configuration: "/c/causerie", data: "/h/.local/share/causerie"))
        #expect(ProfileFolders(profile: "two", environment: environment)?.configuration == "/c/causerie-two")
        for name in ["..", "a/b", "a b", "-a", "1a", "a.b", "\u{E9}", String(repeating: "a", count: 65)] {
            #expect(ProfileFolders(profile: name, environment: environment) == nil, "\(name)")
        }
    }

    @Test("values out of range are clamped as they are set")
    func clamped() {
        let stream = Stream(id: "1", name: "main", identifier: "", detection: false)
        stream.timeout = 0
        #expect(stream.timeout == 1)
        stream.timeout = 301
        #expect(stream.timeout == 300)
        stream.volume = 5
        #expect(stream.volume == 2)
        stream.volume = .nan
        #expect(stream.volume == 2)
        stream.volume = -1
        #expect(stream.volume == 0)
    }
}
