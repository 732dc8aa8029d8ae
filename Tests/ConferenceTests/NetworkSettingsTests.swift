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
            (NetworkSettings(servers: ["http://x"]), NetworkSettingsProblem.invalidServer("http://x")),
            (NetworkSettings(servers: ["stun:a:99999"]), .invalidServer("stun:a:99999")),
            (NetworkSettings(servers: ["turn:a"]), .userMissing),
            (NetworkSettings(servers: ["turn:a?transport=smoke"], user: "u"), .invalidServer("turn:a?transport=smoke")),
            (NetworkSettings(relayOnly: true), .noRelay),
            (NetworkSettings(user: String(repeating: "u", count: 600)), .credentialsTooLong),
            (NetworkSettings(servers: Array(repeating: "stun:a", count: 17)), .tooMany),
        ])
    func refused(_ settings: NetworkSettings, _ problem: NetworkSettingsProblem) throws {
        let conference = conference(try ScratchProfile())
        #expect(throws: problem) { try conference.configure(settings) }
        #expect(conference.networkSettings == NetworkSettings())
    }

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
