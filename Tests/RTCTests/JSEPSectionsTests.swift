import RTC
import Testing
import Wire

@Suite("Places, names and numbers of sections") struct JSEPSectionsTests {
    private func agree(_ offerer: inout JSEPSession, _ answerer: inout JSEPSession) throws {
        try answerer.setRemote(.offer, try Descriptions.offer(from: &offerer))
        try offerer.setRemote(.answer, try Descriptions.answer(from: &answerer))
    }

    @Test("more sections than a call can have are refused one by one, the others live")
    func cap() throws {
        var (offerer, answerer) = (Descriptions.session(1, data: false), Descriptions.answerer())
        for _ in 0..<60 { offerer.addTransceiver(.video, direction: .sendrecv) }
        try answerer.setRemote(.offer, try Descriptions.offer(from: &offerer))
        let answer = try Descriptions.answer(from: &answerer)
        let ports = try SessionDescription(parsing: answer).media.map(\.port)
        #expect(ports.count == 62)
        #expect(ports.count { $0 != 0 } == JSEPSession.mediaSectionCap)
        try offerer.setRemote(.answer, answer)
        #expect(offerer.transceivers.count == JSEPSession.mediaSectionCap)
        #expect(offerer.negotiated?.media.count == JSEPSession.mediaSectionCap)
        // And again: those that were refused stay refused, those that live stay.
        try agree(&offerer, &answerer)
        #expect(offerer.negotiated?.media.map(\.mid) == answerer.negotiated?.media.map(\.mid))
    }

    @Test("a far side that adds and drops sections for ever makes nothing grow")
    func churn() throws {
        var (offerer, answerer) = (Descriptions.session(1, data: false), Descriptions.answerer())
        try agree(&offerer, &answerer)
        var names: Set<String> = []
        for _ in 0..<200 {
            var offer = try SessionDescription(parsing: try Descriptions.offer(from: &offerer))
            names.insert(try #require(offer.media[1]["mid"]))
            offer.media[1].port = 0
            offer.attributes = [SDPAttribute("group", "BUNDLE 0")]
            try answerer.setRemote(.offer, offer.text)
            try offerer.setRemote(.answer, try Descriptions.answer(from: &answerer))
            #expect(offerer.transceivers.map(\.kind) == [.audio] && answerer.transceivers.map(\.kind) == [.audio])
            offerer.addTransceiver(.video, direction: .sendrecv)
            try agree(&offerer, &answerer)
            #expect(offerer.transceivers.map(\.index) == [0, 1])
        }
        #expect(names.count == 200, "no name comes twice")
        #expect(try SessionDescription(parsing: Descriptions.offer(from: &offerer)).media.count == 2)
    }

    @Test("the place of a refused section is data's when data is asked for")
    func dataRecycles() throws {
        var (offerer, answerer) = (Descriptions.session(1, data: false), Descriptions.answerer())
        try answerer.setRemote(.offer, try Descriptions.offer(from: &offerer))
        var answer = try SessionDescription(parsing: try Descriptions.answer(from: &answerer))
        answer.media[1].port = 0
        answer.attributes = [SDPAttribute("group", "BUNDLE 0")]
        try offerer.setRemote(.answer, answer.text)
        offerer.addDataSection()
        let offer = try SessionDescription(parsing: try Descriptions.offer(from: &offerer))
        #expect(offer.media.map(\.kind) == ["audio", "application"])
        #expect(offer.media[1]["mid"] == "2")
    }

    @Test("a section taken back while its refusal is under discussion lives on")
    func refusalTakenBack() throws {
        var (offerer, answerer) = try Descriptions.agreed()
        var offer = try SessionDescription(parsing: try Descriptions.offer(from: &offerer))
        offer.media[1].port = 0
        offer.attributes = [SDPAttribute("group", "BUNDLE 0 2")]
        try answerer.setRemote(.offer, offer.text)
        #expect(answerer.transceivers[1].isStopped)
        answerer.setDirection(.sendrecv, index: 1)
        try answerer.setRemote(.rollback, "")
        try offerer.rollback()
        #expect(!answerer.transceivers[1].isStopped)
        try agree(&offerer, &answerer)
        #expect(answerer.negotiated?.media.map(\.mid) == ["0", "1"])
    }

    /// As Firefox numbers them.
    private static let strange = [
        "v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=group:BUNDLE a",
        "a=fingerprint:" + Descriptions.fingerprint(9),
        "a=ice-ufrag:abcdefgh", "a=ice-pwd:0123456789abcdef0123456789abcdef", "m=audio 9 UDP/TLS/RTP/SAVPF 96 97",
        "c=IN IP4 0.0.0.0", "a=setup:actpass", "a=mid:a", "a=sendrecv", "a=rtcp-mux", "a=rtpmap:96 opus/48000/2",
        "a=rtpmap:97 red/48000/2", "a=fmtp:97 96/96", "a=extmap:5 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid", "",
    ].joined(separator: "\r\n")

    @Test("our later offers keep the far side's numbers, and give new ones to nothing that has one")
    func keepsNumbers() throws {
        var session = Descriptions.answerer()
        try session.setRemote(.offer, Self.strange)
        _ = try Descriptions.answer(from: &session)
        session.addTransceiver(.video, direction: .sendrecv)
        session.addTransceiver(.audio, direction: .sendrecv)
        let offer = try SessionDescription(parsing: try Descriptions.offer(from: &session))
        #expect(offer.media.map(\.kind) == ["audio", "video", "audio"])
        #expect(offer.media[2].formats == offer.media[0].formats)
        #expect(Set(offer.media[1].formats).isDisjoint(with: offer.media[0].formats))
        var uris: [UInt8: String] = [:]
        var ids: [String: UInt8] = [:]
        for element in offer.media.flatMap(\.headerExtensions) {
            #expect(
                uris[element.id, default: element.uri] == element.uri
                    && ids[element.uri, default: element.id] == element.id)
            uris[element.id] = element.uri
            ids[element.uri] = element.id
        }
        #expect(ids["urn:ietf:params:rtp-hdrext:sdes:mid"] == 3)
        #expect(ids["urn:ietf:params:rtp-hdrext:ssrc-audio-level"] == 5)
        #expect(ids.count == 5)
    }
}
