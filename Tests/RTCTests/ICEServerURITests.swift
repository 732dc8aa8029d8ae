import RTC
import TestSupport
import Testing

@Suite("STUN and TURN URIs") struct ICEServerURITests {
    @Test(
        "good ones are read, their defaults filled in",
        arguments: [
            ("stun:example.org", "stun:example.org:3478"), ("stun:example.org:19302", "stun:example.org:19302"),
            ("STUN:Example.ORG", "stun:example.org:3478"), ("stun:192.0.2.1", "stun:192.0.2.1:3478"),
            ("turn:example.org", "turn:example.org:3478?transport=udp"),
            ("turn:a-b.example:80?transport=tcp", "turn:a-b.example:80?transport=tcp"),
            ("turn:[2001:DB8::1]:99?transport=udp", "turn:[2001:db8::1]:99?transport=udp"),
            ("turns:example.org", "turns:example.org:5349?transport=tcp"),
            ("turns:[::1]?transport=tcp", "turns:[::1]:5349?transport=tcp"), ("stun:localhost", "stun:localhost:3478"),
        ])
    func good(text: String, full: String) throws {
        let uri = try ICEServerURI(parsing: text)
        #expect(uri.description == full)
        #expect(try ICEServerURI(parsing: full) == uri)
    }

    @Test(
        "bad ones are refused for a reason that can be told",
        arguments: [
            ("", ICEServerURIError.scheme), ("example.org", .scheme), ("http://example.org", .scheme),
            ("stun:", .host), ("stun://example.org", .host), ("stun:-a.org", .host), ("stun:a..org", .host),
            ("stun:256.1.1.1", .host), ("stun:[192.0.2.1]", .host), ("stun:[::1", .host), ("stun:[::1]x", .host),
            ("stun:user@example.org", .host), ("stun:a_b", .host), ("stun:example.org/", .host),
            ("stun:a:", .port), ("stun:a:0", .port), ("stun:a:65536", .port), ("stun:a:+80", .port),
            ("stun:a:80:90", .port), ("stun:2001:db8::1", .host), ("stun:a?transport=udp", .query),
            ("turn:a?transport=sctp", .query), ("turn:a?", .query), ("turn:a?x=y", .query), ("stuns:a", .unsupported),
            ("turns:a?transport=udp", .unsupported), ("stun:a b", .character), ("stun:é.org", .character),
            ("stun:a\r\n", .character), ("stun:" + String(repeating: "a", count: 400), .tooLong),
        ])
    func bad(text: String, error: ICEServerURIError) {
        #expect(throws: error) { try ICEServerURI(parsing: text) }
    }

    @Test("a configuration takes each kind of server in its place")
    func configuration() throws {
        var configuration = NetworkConfiguration()
        try configuration.addSTUNServer("stun:example.org")
        #expect(throws: ICEServerURIError.scheme) { try configuration.addSTUNServer("turn:example.org") }
        configuration.relays = [try .init(uri: "turns:example.org", user: "ann", password: "secret")]
        #expect(throws: ICEServerURIError.scheme) {
            try NetworkConfiguration.Relay(uri: "stun:example.org", user: "", password: "")
        }
        #expect(configuration.stunServers.count == 1 && configuration.relays[0].uri.port == 5349)
    }

    @Test("no text traps")
    func fuzz() {
        var random = Fuzzer(seed: 7065)
        var understood = 0
        for _ in 0..<20_000 {
            var bytes = Array("turn:[2001:db8::1]:3478?transport=tcp".utf8)
            random.damage(&bytes)
            guard let uri = try? ICEServerURI(parsing: String(decoding: bytes, as: UTF8.self)) else { continue }
            understood += 1
            #expect((try? ICEServerURI(parsing: uri.description)) == uri)
        }
        #expect(understood > 50)
    }
}
