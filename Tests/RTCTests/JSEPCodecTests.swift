import RTC
import Testing
import Wire

@Suite("Which video codec is used")
struct JSEPCodecTests {
    private func session(_ seed: UInt64) -> JSEPSession {
        JSEPSession(
            random: .seeded(seed),
            fingerprint: DTLSFingerprint(algorithm: .sha256, bytes: [UInt8](repeating: 7, count: 32)).description,
            cname: "c")
    }

    private func offer(_ session: inout JSEPSession) throws -> String {
        try session.createOffer(
            usernameFragment: "offr", password: "passwordpasswordpassword", candidates: [], endOfCandidates: true)
    }

    private func answer(_ session: inout JSEPSession, to offer: String) throws -> String {
        try session.setRemote(.offer, offer)
        return try session.createAnswer(
            usernameFragment: "answ", password: "passwordpasswordpassword", candidates: [], endOfCandidates: true)
    }

    private func codecs(_ session: JSEPSession) -> [String] {
        session.negotiated?.media.first { $0.kind == .video }?.codecs.map(\.name) ?? []
    }

    /// A pair whose video section is agreed on.
    private func pair(
        preferring codec: VideoCodec?, called: VideoCodec? = nil
    ) throws -> (JSEPSession, JSEPSession) {
        var (caller, callee) = (session(1), session(2))
        caller.addTransceiver(.video, direction: .sendrecv)
        if let codec { caller.preferCodec(codec, index: 0) }
        callee.addTransceiver(.video, direction: .sendrecv)
        if let called { callee.preferCodec(called, index: 0) }
        try caller.setRemote(.answer, try answer(&callee, to: try offer(&caller)))
        return (caller, callee)
    }

    @Test("VP8 comes first, VP9 where the caller prefers it; the called side follows unless it has a wish")
    func preference() throws {
        let plain = try pair(preferring: nil)
        #expect(codecs(plain.0) == ["vp8", "vp9"] && codecs(plain.1) == ["vp8", "vp9"])
        let preferring = try pair(preferring: .vp9)
        #expect(codecs(preferring.0) == ["vp9", "vp8"] && codecs(preferring.1) == ["vp9", "vp8"])
        let media = try #require(preferring.1.negotiated?.media.first)
        #expect(media.sentVideoCodec == .vp9)
        #expect(media.codecs.map(\.payloadType) == [98, 96] && media.codecs.map(\.rtxPayloadType) == [99, 97])
        let called = try pair(preferring: nil, called: .vp9)
        #expect(codecs(called.0) == ["vp9", "vp8"] && codecs(called.1) == ["vp9", "vp8"])
        let refused = try pair(preferring: .vp9, called: .vp8)
        #expect(codecs(refused.0) == ["vp8", "vp9"] && codecs(refused.1) == ["vp8", "vp9"])
    }

    @Test("a new offer for another reason keeps the order; one for another codec changes it on both sides")
    func change() throws {
        var (caller, callee) = try pair(preferring: .vp9)
        caller.setDirection(.sendonly, index: 0)
        try caller.setRemote(.answer, try answer(&callee, to: try offer(&caller)))
        #expect(codecs(caller) == ["vp9", "vp8"] && codecs(callee) == ["vp9", "vp8"])
        callee.preferCodec(.vp8, index: 0)
        try callee.setRemote(.answer, try answer(&caller, to: try offer(&callee)))
        #expect(codecs(caller) == ["vp8", "vp9"] && codecs(callee) == ["vp8", "vp9"])
        // A wish survives the rollback of the offer that said it.
        caller.preferCodec(.vp9, index: 0)
        _ = try offer(&caller)
        try caller.rollback()
        try caller.setRemote(.answer, try answer(&callee, to: try offer(&caller)))
        #expect(codecs(caller) == ["vp9", "vp8"])
    }

    @Test("of VP9 only profile 0 is spoken, with its own retransmissions")
    func profiles() throws {
        var callee = session(2)
        let lines = """
            v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r
            m=video 9 UDP/TLS/RTP/SAVPF 100 101 98 99 102\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r
            a=ice-pwd:passwordpasswordpassword\r\na=setup:actpass\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r
            a=fingerprint:\(DTLSFingerprint(algorithm: .sha256, bytes: [UInt8](repeating: 7, count: 32)).description)\r
            a=rtpmap:100 VP9/90000\r\na=fmtp:100 profile-id=2\r\na=rtpmap:101 rtx/90000\r\na=fmtp:101 apt=100\r
            a=rtpmap:98 VP9/90000\r\na=rtpmap:99 rtx/90000\r\na=fmtp:99 apt=98\r\na=rtpmap:102 VP8/90000\r\n
            """
        let text = try answer(&callee, to: lines)
        #expect(codecs(callee) == ["vp9", "vp8"])
        let codec = try #require(callee.negotiated?.media.first?.codecs.first)
        #expect(codec.payloadType == 98 && codec.rtxPayloadType == 99)
        #expect(text.contains("a=rtpmap:98 VP9/90000\r\n") && text.contains("a=fmtp:98 profile-id=0\r\n"))
        #expect(!text.contains("a=rtpmap:100 "))
    }
}
