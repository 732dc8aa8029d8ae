import RTC
import TestSupport
import Testing
import Wire

@Suite("Descriptions that are refused") struct JSEPRefusalTests {
    private static let common: [Breakage] = [
        Breakage(text: "nothing", .malformed(.malformed("session"))) { _ in "" },
        Breakage(text: "another language", .malformed(.malformed("line"))) { _ in "{\"type\":\"offer\"}" },
        Breakage(text: "another version", .malformed(.malformed("version"))) { "v=1" + $0.dropFirst(3) },
        Breakage(text: "no origin", .malformed(.malformed("session"))) {
            $0.split(separator: "\r\n").filter { !$0.hasPrefix("o=") }.map { $0 + "\r\n" }.joined()
        },
        Breakage(text: "a broken line", .malformed(.malformed("line"))) { $0 + "nonsense\r\n" },
        Breakage(text: "a broken media line", .malformed(.malformed("media line"))) { $0 + "m=audio 70000 X 0\r\n" },
        Breakage(text: "too much", .malformed(.tooMany("description bytes"))) {
            $0 + String(repeating: "a=x\r\n", count: 60_000)
        },
        Breakage(text: "too many sections", .malformed(.tooMany("media sections"))) {
            $0 + String(repeating: "m=audio 9 X 0\r\n", count: 257)
        },
        Breakage("no user name", .noCredentials) { $0.remove("ice-ufrag") },
        Breakage("no password", .noCredentials) { $0.remove("ice-pwd") },
        Breakage("a short user name", .noCredentials) { $0.replace("ice-ufrag", with: "abc") },
        Breakage("a short password", .noCredentials) { $0.replace("ice-pwd", with: "tooshort") },
        Breakage("a long password", .noCredentials) { $0.replace("ice-pwd", with: String(repeating: "x", count: 257)) },
        Breakage("no fingerprint", .noFingerprint) { $0.remove("fingerprint") },
        Breakage("a fingerprint of SHA-1", .noFingerprint) {
            $0.replace("fingerprint", with: "sha-1 " + Array(repeating: "AB", count: 20).joined(separator: ":"))
        },
        Breakage("a fingerprint that is too short", .noFingerprint) {
            $0.replace("fingerprint", with: "sha-256 AA:BB")
        },
        Breakage("every section refused", .incompatible) {
            $0.remove("group")
            for index in $0.media.indices { $0.media[index].port = 0 }
        },
    ]

    static let offers: [Breakage] =
        common + [
            Breakage("no sections", .mismatch) { $0.media = [] },
            Breakage("the same name twice", .malformed(.malformed("mid"))) { $0.replace("mid", with: "0") },
            Breakage("a role that is none", .incompatible) { $0.replace("setup", with: "holdconn") },
            Breakage("RTCP on a port of its own", .incompatible) {
                $0.media.removeLast()
                $0.remove("rtcp-mux")
            },
            Breakage("no codec of ours", .incompatible) {
                $0.media.removeLast()
                $0.replace("rtpmap", with: "111 PCMU/8000")
            },
            Breakage("codecs with numbers that look like RTCP", .incompatible) {
                $0.media = [$0.media[0]]
                $0.media[0].formats = ["72"]
                $0.media[0].replace("rtpmap", with: "72 opus/48000/2")
            },
            Breakage("media without encryption", .incompatible) {
                $0.media.removeLast()
                for index in $0.media.indices { $0.media[index].transport = "RTP/AVP" }
            },
            Breakage("media that nobody knows", .incompatible) {
                for index in $0.media.indices { $0.media[index].kind = "text" }
            },
            Breakage("data of another protocol", .incompatible) {
                $0.media = [$0.media[2]]
                $0.media[0].formats = ["unknown"]
            },
        ]

    static let answers: [Breakage] =
        common + [
            Breakage("a section less", .mismatch) { $0.media.removeLast() },
            Breakage("a section more", .mismatch) { $0.media.append($0.media[2]) },
            Breakage("sections in another order", .mismatch) { $0.media.swapAt(0, 1) },
            Breakage("names exchanged", .mismatch) {
                $0.media[0].replace("mid", with: "1")
                $0.media[1].replace("mid", with: "0")
            },
            Breakage("a role left open", .mismatch) { $0.replace("setup", with: "actpass") },
            Breakage("no role", .mismatch) { $0.remove("setup") },
            Breakage("sections on transports of their own", .incompatible) { $0.remove("group") },
            Breakage("one section on a transport of its own", .incompatible) {
                $0.attributes = [SDPAttribute("group", "BUNDLE 0 1")]
            },
            Breakage("RTCP on a port of its own", .incompatible) { $0.remove("rtcp-mux") },
            Breakage("no codec of ours", .incompatible) {
                $0.media[2].port = 0
                $0.replace("rtpmap", with: "111 PCMU/8000")
            },
        ]

    @Test("an offer with one thing wrong is refused, and the right one is accepted after it", arguments: offers)
    func refusesOffer(breakage: Breakage) throws {
        var offerer = Descriptions.session(1)
        let good = try Descriptions.offer(from: &offerer)
        var session = Descriptions.answerer()
        #expect(throws: breakage.error) { try session.setRemote(.offer, breakage.applied(to: good)) }
        #expect(session.signalingState == .stable)
        #expect(session.transceivers.isEmpty)
        #expect(session.remoteTransport == nil)
        try session.setRemote(.offer, good)
        try offerer.setRemote(.answer, try Descriptions.answer(from: &session))
        #expect(offerer.negotiated?.media.count == 2)
        #expect(session.negotiated?.dataChannel != nil)
    }

    @Test("an answer with one thing wrong is refused, and the right one is accepted after it", arguments: answers)
    func refusesAnswer(breakage: Breakage) throws {
        var (offerer, answerer) = (Descriptions.session(1), Descriptions.answerer())
        try answerer.setRemote(.offer, try Descriptions.offer(from: &offerer))
        let good = try Descriptions.answer(from: &answerer)
        #expect(throws: breakage.error) { try offerer.setRemote(.answer, breakage.applied(to: good)) }
        #expect(offerer.signalingState == .haveLocalOffer)
        #expect(offerer.negotiated == nil && offerer.remoteTransport == nil)
        try offerer.setRemote(.answer, good)
        #expect(offerer.signalingState == .stable)
        #expect(offerer.negotiated?.dtlsRole == .server)
    }

    static let laterOffers: [Breakage] = [
        Breakage("a section less", .mismatch) { $0.media.removeLast() },
        Breakage("another kind in its place", .mismatch) { $0.media.swapAt(0, 1) },
        Breakage("data where sound was", .mismatch) {
            $0.media[0].kind = "application"
            $0.media[0].transport = "UDP/DTLS/SCTP"
            $0.media[0].formats = ["webrtc-datachannel"]
        },
        Breakage("another name for a live section", .mismatch) {
            $0.media[1].replace("mid", with: "new")
            $0.attributes = [SDPAttribute("group", "BUNDLE 0 new 2")]
        },
        Breakage("another certificate on the same transport", .transportChanged) {
            $0.replace("fingerprint", with: Descriptions.fingerprint(77))
        },
        Breakage("the other's role", .transportChanged) { $0.replace("setup", with: "active") },
    ]

    @Test("a later offer must keep what was agreed", arguments: laterOffers)
    func refusesLaterOffer(breakage: Breakage) throws {
        var (offerer, answerer) = try Descriptions.agreed()
        let agreed = answerer.negotiated
        let good = try Descriptions.offer(from: &offerer)
        #expect(throws: breakage.error) { try answerer.setRemote(.offer, breakage.applied(to: good)) }
        #expect(answerer.signalingState == .stable)
        #expect(answerer.negotiated == agreed)
        try answerer.setRemote(.offer, good)
        try offerer.setRemote(.answer, try Descriptions.answer(from: &answerer))
        #expect(answerer.negotiated == agreed)
    }

    @Test("a later answer must keep role and certificate")
    func refusesLaterAnswer() throws {
        var (offerer, answerer) = try Descriptions.agreed()
        let breakages = [
            Breakage("the other role", .transportChanged) { $0.replace("setup", with: "passive") },
            Breakage("another certificate", .transportChanged) {
                $0.replace("fingerprint", with: Descriptions.fingerprint(78))
            },
        ]
        try answerer.setRemote(.offer, try Descriptions.offer(from: &offerer))
        let good = try Descriptions.answer(from: &answerer)
        for breakage in breakages {
            #expect(throws: breakage.error) { try offerer.setRemote(.answer, breakage.applied(to: good)) }
        }
        try offerer.setRemote(.answer, good)
        #expect(offerer.signalingState == .stable)
    }
}
