import Logging
import RTC
import Testing

@testable import Conference

@MainActor @Suite("How calls may use the network") struct NetworkSettingsTests {
    private func conference(_ scratch: ScratchProfile) -> Conference {
        Conference(
            profile: nil, options: ConferenceOptions(port: 0, folders: scratch.folders), logger: Logger(label: "test"),
            makeMedia: MediaScript().maker)
    }

    @Test("what is set is used by the next call, kept, and readable by its owner only")
    func kept() throws {
        let scratch = try ScratchProfile()
        let settings = NetworkSettings(
            servers: ["stun:stun.example.org", "turn:192.0.2.1:3478?transport=tcp", "turns:turn.example.org"],
            user: "ann", password: "secret", relayOnly: true)
        let first = conference(scratch)
        try first.configure(settings)
        #expect(first.network.relays.count == 2 && first.network.stunServers.count == 1 && first.network.relayOnly)
        #expect(try scratch.permissions("network.json", in: scratch.folders.configuration) == 0o600)
        #expect(conference(scratch).networkSettings == settings)
    }

    @Test(
        "what makes no sense is refused with a reason, and nothing changes",
        arguments: [
            (NetworkSettings(servers: [.init("http://x")]), NetworkSettingsProblem.invalidServer("http://x")),
            (NetworkSettings(servers: [.init("stun:a:99999")]), .invalidServer("stun:a:99999")),
            (NetworkSettings(servers: [.init("turn:a", password: "")]), .userMissing),
            (
                NetworkSettings(servers: [.init("turn:a?transport=smoke", user: "u", password: "p")]),
                .invalidServer("turn:a?transport=smoke")
            ),
            (NetworkSettings(relayOnly: true), .noRelay),
            (
                NetworkSettings(servers: [.init("turn:a", user: String(repeating: "u", count: 600), password: "")]),
                .credentialsTooLong
            ),
            (NetworkSettings(servers: Array(repeating: .init("stun:a"), count: 17)), .tooMany),
            (NetworkSettings(interfaces: ["eth0", "a b"]), .invalidInterface),
            (NetworkSettings(interfaces: [""]), .invalidInterface),
            (NetworkSettings(interfaces: Array(repeating: "eth0", count: 17)), .invalidInterface),
            (NetworkSettings(mediaPorts: 1000...2000), .invalidPorts),
            (NetworkSettings(mediaPorts: 60000...70000), .invalidPorts),
        ])
    func refused(_ settings: NetworkSettings, _ problem: NetworkSettingsProblem) throws {
        let conference = conference(try ScratchProfile())
        #expect(throws: problem) { try conference.configure(settings) }
        #expect(conference.networkSettings == NetworkSettings())
    }

    @Test("each server has its own user; interfaces and ports are the next call's")
    func everything() throws {
        let scratch = try ScratchProfile()
        let settings = NetworkSettings(
            servers: [
                .init("turn:192.0.2.1:3478?transport=udp", user: "ann", password: "one"),
                .init("turns:turn.example.org", user: "bob", password: "two"),
            ], interfaces: ["eth0", "wlan0"], mediaPorts: 50000...50100)
        let first = conference(scratch)
        try first.configure(settings)
        #expect(first.network.relays.map(\.credentials.username) == ["ann", "bob"])
        #expect(first.network.allowedInterfaces == ["eth0", "wlan0"] && first.network.portRange == 50000...50100)
        #expect(conference(scratch).networkSettings == settings)
        try first.addServer(.init("turns:turn.example.org", user: "cid", password: "three"))
        #expect(first.networkSettings.servers.map(\.user) == ["ann", "cid"])
    }

    @Test("the file of before, with one user for all servers, is read")
    func older() throws {
        let scratch = try ScratchProfile()
        let old = #"{"servers":["stun:a","turn:b"],"user":"ann","password":"secret","relayOnly":true}"#
        try scratch.write(old, to: "network.json", in: scratch.folders.configuration)
        let settings = conference(scratch).networkSettings
        #expect(settings.servers == [.init("stun:a"), .init("turn:b", user: "ann", password: "secret")])
        #expect(settings.relayOnly)
    }

    @Test("a relay whose password is not known is left out, and nothing else takes its place")
    func passwordUnknown() throws {
        let conference = conference(try ScratchProfile())
        try conference.configure(NetworkSettings(servers: [.init("turn:a", user: "ann")], relayOnly: true))
        #expect(conference.network.relays.isEmpty && conference.network.relayOnly)
    }

    @Test("an exported window brings the network without passwords, and nobody takes it unasked")
    func exported() throws {
        let scratch = try ScratchProfile()
        let first = conference(scratch)
        let settings = NetworkSettings(
            servers: [.init("stun:a"), .init("turn:b", user: "ann", password: "s3cret")], interfaces: ["eth0"])
        try first.configure(settings)
        let window = try #require(first.windows.first)
        let path = scratch.folders.data + "/window.json"
        try first.export(window, to: path)
        let text = try scratch.read("window.json", in: scratch.folders.data)
        #expect(text.contains("turn:b") && !text.contains("s3cret"))
        let other = conference(try ScratchProfile())
        try other.importWindows(from: path)
        #expect(other.networkSettings == NetworkSettings())
        #expect(try other.networkSettings(from: path) == settings.withoutPasswords)
        // Who has the password already keeps it.
        #expect(try first.networkSettings(from: path) == settings)
    }

    @Test(
        "ports are read strictly",
        arguments: [
            ("50000-50100", 50000...50100), ("50000", 50000...50000), ("", nil), ("1-2", nil), ("50100-50000", nil),
            ("50000-", nil), ("50000-50100-50200", nil), ("+50000-50100", nil), ("50000-99999999999999999999", nil),
        ] as [(String, ClosedRange<Int>?)])
    func ports(text: String, ports: ClosedRange<Int>?) { #expect(NetworkSettings.ports(text) == ports) }

    @Test(
        "a file that makes no sense is kept aside",
        arguments: ["{", "[]", #"{"servers":["x"],"user":"","password":""}"#])
    func broken(text: String) throws {
        let scratch = try ScratchProfile()
        try scratch.write(text, to: "network.json", in: scratch.folders.configuration)
        #expect(conference(scratch).networkSettings == NetworkSettings())
        #expect(try scratch.read("network.json.broken", in: scratch.folders.configuration) == text)
    }
}
