import Foundation
import RTC
import TestSupport
import Testing
import Wire

@Suite("Chromium's offers, whole and mutilated") struct JSEPChromiumTests {
    private static let fixtures = [
        "chromium-audio", "chromium-audio-video", "chromium-audio-video-data", "chromium-renegotiated",
    ]

    private static func fixture(_ name: String) throws -> String {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: tests.appending(path: "WireTests/Fixtures/\(name).sdp"), encoding: .utf8)
    }

    @Test("each is refused without security, and accepted as it was", arguments: fixtures)
    func refusesInsecure(name: String) throws {
        let offer = try Self.fixture(name)
        let refusals = [
            Breakage("no fingerprint", .noFingerprint) { $0.remove("fingerprint") },
            Breakage("no credentials", .noCredentials) { $0.remove("ice-pwd") },
            Breakage("no encryption", .incompatible) {
                for index in $0.media.indices { $0.media[index].transport = "RTP/AVP" }
            },
            Breakage("two sections of a name", .malformed(.malformed("mid"))) {
                $0.media.append($0.media[0])
            },
        ]
        var session = Descriptions.answerer()
        for refusal in refusals {
            #expect(throws: refusal.error, "\(refusal)") { try session.setRemote(.offer, refusal.applied(to: offer)) }
        }
        try session.setRemote(.offer, offer)
        _ = try Descriptions.answer(from: &session)
        #expect(session.negotiated?.dtlsRole == .client)
        // The same again, as after a change of direction, keeps every section.
        let agreed = session.negotiated
        try session.setRemote(.offer, offer)
        _ = try Descriptions.answer(from: &session)
        #expect(session.negotiated == agreed)
    }

    @Test("security at the session's level holds for every section", arguments: fixtures)
    func acceptsSessionLevel(name: String) throws {
        var description = try SessionDescription(parsing: try Self.fixture(name))
        for attribute in ["ice-ufrag", "ice-pwd", "fingerprint", "setup"] {
            let value = try #require(description.media.first?[attribute])
            description.remove(attribute)
            description.attributes.append(SDPAttribute(attribute, value))
        }
        var session = Descriptions.answerer()
        try session.setRemote(.offer, description.text)
        _ = try Descriptions.answer(from: &session)
        #expect(session.negotiated?.fingerprints.count == 1)
    }

    @Test("mutilated ones never trap", arguments: fixtures)
    func mutilated(name: String) throws {
        let offer = try Self.fixture(name)
        var fuzzer = Fuzzer(seed: 6)
        var session = Descriptions.answerer()
        for _ in 0..<150 {
            // One session for all of them: what was accepted decides what may come next.
            if (try? session.setRemote(.offer, Descriptions.mutilate(offer, &fuzzer))) != nil {
                _ = try? Descriptions.answer(from: &session)
            }
            if session.signalingState == .haveRemoteOffer { try session.rollback() }
            #expect(session.signalingState == .stable)
        }
        var fresh = Descriptions.answerer()
        try fresh.setRemote(.offer, offer)
        _ = try Descriptions.answer(from: &fresh)
    }
}
