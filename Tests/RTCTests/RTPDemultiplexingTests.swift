import RTC
import Testing
import Wire

@Suite("RTP demultiplexing")
struct RTPDemultiplexingTests {
    private func session() -> RTPSession {
        var session = RTPSession(cname: "c", random: .seeded(1), ntpOffset: 0xEE00_0000 << 32)
        session.configure([RTPCallSimulation.audio(.left), RTPCallSimulation.video(.left)], at: .zero)
        session.transportReady(at: .zero)
        _ = events(&session)
        return session
    }

    private func events(_ session: inout RTPSession) -> [RTPSessionEvent] {
        var all: [RTPSessionEvent] = []
        while let event = session.pollEvent() { all.append(event) }
        return all
    }

    private func audioMids(_ session: inout RTPSession) -> [String] {
        events(&session).compactMap { if case .audioPacket(let mid, _) = $0 { mid } else { nil } }
    }

    private func packet(
        ssrc: UInt32, payloadType: UInt8 = 111, sequence: UInt16, mid: String? = nil, padding: Int = 0,
        payload: [UInt8] = [0x78, 1, 2]
    ) -> [UInt8] {
        var extensions = [RTPHeaderExtension(id: 3, value: .transportSequence(sequence))]
        if let mid { extensions.append(RTPHeaderExtension(id: 4, value: .text(Array(mid.utf8)))) }
        return RTPWriter.packet(
            RTPHeader(
                marker: false, payloadType: payloadType, sequenceNumber: sequence, timestamp: UInt32(sequence) * 960,
                ssrc: ssrc), extensions: extensions, payload: payload, paddingCount: padding)
    }

    @Test("mid decides, then a known SSRC, then SDP, then a payload type that one section has; else nothing")
    func order() {
        var two = RTPCallSimulation.audio(.left)
        two.mid = "b"
        two.localSSRC = 5000
        two.remoteSSRC = 77
        var session = RTPSession(cname: "c", random: .seeded(1), ntpOffset: 0xEE00_0000 << 32)
        session.configure([RTPCallSimulation.audio(.left), two], at: .zero)
        session.transportReady(at: .zero)
        session.receiveRTP(packet(ssrc: 50, sequence: 1), at: .zero)
        #expect(audioMids(&session).isEmpty, "the payload type is ambiguous")
        session.receiveRTP(packet(ssrc: 50, sequence: 2, mid: "a"), at: .zero)
        session.receiveRTP(packet(ssrc: 50, sequence: 3), at: .zero)
        session.receiveRTP(packet(ssrc: 77, sequence: 4), at: .zero)
        #expect(audioMids(&session) == ["a", "a", "b"])
        session.receiveRTP(packet(ssrc: 60, sequence: 5, mid: "nobody"), at: .zero)
        #expect(audioMids(&session).isEmpty)
    }

    @Test("a payload type that one section has is enough")
    func uniquePayloadType() {
        var session = session()
        session.receiveRTP(packet(ssrc: 50, sequence: 1), at: .zero)
        session.receiveRTP(packet(ssrc: 51, payloadType: 33, sequence: 1), at: .zero)
        #expect(audioMids(&session) == ["a"])
    }

    @Test("probes on SSRC 0 and padding-only packets raise nothing but are told of in transport feedback")
    func probes() throws {
        var session = session()
        session.receiveRTP(packet(ssrc: 0, payloadType: 97, sequence: 10, padding: 224, payload: []), at: .zero)
        session.receiveRTP(
            packet(ssrc: 9, payloadType: 97, sequence: 11, mid: "v", padding: 255, payload: []), at: .zero)
        session.receiveRTP(packet(ssrc: 0, payloadType: 97, sequence: 13, padding: 224, payload: []), at: .zero)
        #expect(events(&session).isEmpty)
        let due = try #require(session.nextTimeout)
        #expect(due <= .zero + .milliseconds(100))
        session.handleTimeout(at: .zero + .milliseconds(100))
        let bytes = try nextRTPPacket(&session, at: .zero + .milliseconds(100)).bytes
        guard case .transportFeedback(let feedback)? = try RTCPPacket.parse(bytes).first else {
            Issue.record("no transport feedback")
            return
        }
        #expect(feedback.baseSequenceNumber == 10)
        #expect(feedback.arrivals.map(\.isReceived) == [true, true, false, true])
    }

    @Test("a sender that comes back with another SSRC replaces the old one, whose stragglers are dropped")
    func replacedSource() {
        var session = session()
        session.receiveRTP(packet(ssrc: 50, sequence: 1, mid: "a"), at: .zero)
        #expect(events(&session).count == 1)
        session.receiveRTP(packet(ssrc: 51, sequence: 900, mid: "a"), at: .zero)
        let seen = events(&session)
        guard case .sourceChanged("a")? = seen.first, case .audioPacket("a", _)? = seen.last else {
            Issue.record("expected a change of source")
            return
        }
        session.receiveRTP(packet(ssrc: 50, sequence: 2, mid: "a"), at: .zero)
        #expect(events(&session).isEmpty)
    }

    @Test("an SSRC that starts numbering anew is noticed, one stray packet is not taken for that")
    func renumbered() {
        var session = session()
        session.receiveRTP(packet(ssrc: 50, sequence: 100), at: .zero)
        session.receiveRTP(packet(ssrc: 50, sequence: 30_000), at: .zero)
        session.receiveRTP(packet(ssrc: 50, sequence: 101), at: .zero)
        #expect(audioMids(&session).count == 2)
        session.receiveRTP(packet(ssrc: 50, sequence: 30_000), at: .zero)
        session.receiveRTP(packet(ssrc: 50, sequence: 30_001), at: .zero)
        let seen = events(&session)
        #expect(seen.count == 2)
        guard case .sourceChanged("a")? = seen.first else {
            Issue.record("expected a restart")
            return
        }
    }

    @Test("thousands of invented sources cost a bounded table and no harm to the real one")
    func inventedSources() {
        var session = session()
        session.receiveRTP(packet(ssrc: 50, sequence: 1), at: .zero)
        for index in 0..<5000 {
            session.receiveRTP(packet(ssrc: UInt32(100_000 + index), payloadType: 96, sequence: 7), at: .zero)
            while session.pollPacket(at: .zero) != nil {}
        }
        session.receiveRTP(packet(ssrc: 50, sequence: 2), at: .zero)
        #expect(audioMids(&session).suffix(1) == ["a"])
    }

    @Test("damaged packets of either kind change nothing but counters, and never trap")
    func mutated() {
        var call = RTPCallSimulation(seed: 10)
        call.startVideo(.left)
        call.startAudio(.left)
        call.run(for: .seconds(1))
        var random = RandomSource.seeded(11)
        var samples: [OutgoingPacket] = []
        for round in 0..<40 {
            call[.left].session.sendVideo(
                mid: "v", frame: Array(repeating: UInt8(round), count: 3000), isKeyFrame: round.isMultiple(of: 10),
                captureTime: call.now, at: call.now)
            while let packet = call[.left].session.pollPacket(at: call.now) { samples.append(packet) }
            call.now = call.now + .milliseconds(40)
            call[.right].session.handleTimeout(at: call.now)
            while let packet = call[.right].session.pollPacket(at: call.now) { samples.append(packet) }
        }
        var session = call[.right].session
        var now = call.now
        for _ in 0..<20_000 {
            guard var sample = samples.randomElement(using: &random) else { break }
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let index = Int.random(in: 0..<sample.bytes.count, using: &random)
                sample.bytes[index] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) {
                sample.bytes.removeLast(Int.random(in: 0..<sample.bytes.count, using: &random))
            }
            now = now + .milliseconds(3)
            if Bool.random(using: &random) {
                session.receiveRTP(sample.bytes, at: now)
            } else {
                session.receiveRTCP(sample.bytes, at: now)
            }
            if let due = session.nextTimeout, due <= now { session.handleTimeout(at: now) }
            while session.pollPacket(at: now) != nil {}
            while session.pollEvent() != nil {}
        }
        _ = session.statistics(at: now)
    }
}
