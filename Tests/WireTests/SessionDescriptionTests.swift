import Foundation
import RTC
import Testing
import Wire

@Suite("Session descriptions") struct SessionDescriptionTests {
    static let fixtures = [
        "chromium-audio", "chromium-audio-video", "chromium-audio-video-data", "chromium-renegotiated",
    ]

    static func fixture(_ name: String) throws -> String {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        return try String(contentsOf: folder.appending(path: "\(name).sdp"), encoding: .utf8)
    }

    @Test("real offers of Chromium read, and read the same after being written", arguments: fixtures)
    func fixturesRoundTrip(name: String) throws {
        let description = try SessionDescription(parsing: try Self.fixture(name))
        #expect(try SessionDescription(parsing: description.text) == description)
        let audio = try #require(description.media.first { $0.kind == "audio" })
        #expect(audio.codecs.contains { $0.name == "opus" && $0.clockRate == 48_000 && $0.channels == 2 })
        #expect(audio.headerExtensions.contains { $0.uri == "urn:ietf:params:rtp-hdrext:sdes:mid" })
        if name.contains("video") {
            let video = try #require(description.media.first { $0.kind == "video" })
            let vp8 = try #require(video.codecs.first { $0.name == "vp8" })
            #expect(vp8.feedback.contains("nack pli"))
            #expect(video.codecs.contains { $0.name == "rtx" && $0.parameters["apt"] == String(vp8.payloadType) })
        }
    }

    @Test("real offers of Chromium are answered, section by section", arguments: fixtures)
    func fixturesAreAnswered(name: String) throws {
        let offer = try Self.fixture(name)
        var session = JSEPSession(
            random: .seeded(1), fingerprint: "sha-256 " + Array(repeating: "AB", count: 32).joined(separator: ":"),
            cname: "test")
        try session.setRemote(.offer, offer)
        let text = try session.createAnswer(
            usernameFragment: "ufrag", password: "passwordpasswordpassword", candidates: [], endOfCandidates: false)
        let (theirs, ours) = (try SessionDescription(parsing: offer), try SessionDescription(parsing: text))
        #expect(ours.media.map(\.kind) == theirs.media.map(\.kind))
        #expect(ours.media.map { $0["mid"] } == theirs.media.map { $0["mid"] })
        #expect(ours.media.allSatisfy { $0["setup"] == "active" || $0.port == 0 })
        for (answer, offered) in zip(ours.media, theirs.media) {
            for codec in answer.codecs {
                #expect(offered.codecs.contains { $0.payloadType == codec.payloadType && $0.name == codec.name })
            }
            for element in answer.headerExtensions { #expect(offered.headerExtensions.contains(element)) }
        }
        #expect(session.negotiated?.media.allSatisfy { !$0.codecs.isEmpty } == true)
        #expect((session.negotiated?.dataChannel != nil) == name.contains("data"))
    }

    @Test("what is no description, or too much of one, is refused")
    func refuses() {
        let head = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
        for text in [
            "", "hello", "v=1\r\n", "o=- 1 1 IN IP4 0.0.0.0\r\nv=0\r\n", head + "m=audio x RTP 0\r\n",
            head + "nonsense\r\n",
            String(repeating: "a=x\r\n", count: 60_000), head + String(repeating: "m=audio 9 X 0\r\n", count: 257),
            head + "a=" + String(repeating: "x", count: 9000) + "\r\n",
        ] {
            #expect(throws: WireError.self, "\(text.prefix(60))") { try SessionDescription(parsing: text) }
        }
    }

    @Test("line breaks in a value do not get out")
    func cleansValues() {
        let description = SessionDescription(
            sessionID: 1, sessionVersion: 1, attributes: [SDPAttribute("tool", "x\r\na=evil:1")], media: [])
        #expect(!description.text.contains("\r\na=evil"))
    }

    @Test("damaged offers are refused or answered, never a crash", arguments: fixtures)
    func survivesDamage(name: String) throws {
        let valid = Array(try Self.fixture(name).utf8)
        var random = RandomSource.seeded(3)
        for _ in 0..<150 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...30, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                if Bool.random(using: &random) {
                    bytes[index] = UInt8(truncatingIfNeeded: random.next())
                } else {
                    bytes.remove(at: index)
                }
            }
            var session = JSEPSession(random: .seeded(1), fingerprint: "sha-256 00", cname: "test")
            if (try? session.setRemote(.offer, String(decoding: bytes, as: UTF8.self))) != nil {
                _ = try? session.createAnswer(
                    usernameFragment: "ufrag", password: "passwordpasswordpassword", candidates: [],
                    endOfCandidates: true)
            }
        }
    }
}
