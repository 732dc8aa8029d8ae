import Testing
import Wire

@testable import RTC

@Suite("Pacer")
struct PacerTests {
    private func session(bitrate: Int = 1_000_000) -> RTPSession {
        var session = RTPSession(
            cname: "c", random: .seeded(1), ntpOffset: 0xEE00_0000 << 32, targetBitrate: bitrate)
        session.configure([RTPCallSimulation.audio(.left), RTPCallSimulation.video(.left)], at: .zero)
        session.transportReady(at: .zero)
        return session
    }

    private func poll(_ session: inout RTPSession, at now: Instant) throws -> [RTPPacket] {
        var packets: [RTPPacket] = []
        while let packet = session.pollPacket(at: now) {
            if !packet.isRTCP { packets.append(try RTPPacket(parsing: packet.bytes)) }
        }
        return packets
    }

    private func sendAudio(_ session: inout RTPSession, at now: Instant) {
        session.sendAudio(
            mid: "a", payload: [0x78, 1, 2], sampleCount: 960, captureTime: now, level: 9, voiceActivity: true, at: now)
    }

    @Test("an ordinary frame leaves at once, a large one within its rate and burst")
    func rate() throws {
        var session = session()
        let now = Instant.zero + .seconds(1)
        session.sendVideo(
            mid: "v", frame: Array(repeating: 0x10, count: 4000), isKeyFrame: true, captureTime: now, at: now)
        #expect(try poll(&session, at: now).count == 4)
        session.sendVideo(
            mid: "v", frame: Array(repeating: 0x11, count: 100_000), isKeyFrame: false, captureTime: now, at: now)
        var sent: [(time: Instant, bytes: Int)] = []
        var time = now
        while sent.reduce(0, { $0 + $1.bytes }) < 100_000 {
            for packet in try poll(&session, at: time) {
                sent.append((time, packet.payload.count - VP8Packetizer.descriptorByteCount))
            }
            guard let next = session.nextTimeout else { break }
            time = max(time + .microseconds(1), next)
            session.handleTimeout(at: time)
        }
        // 2.5 times 1 Mbit/s: 312 500 bytes a second, of which 40 ms may leave in one go.
        #expect(sent.reduce(0, { $0 + $1.bytes }) == 100_000)
        let duration = ((sent.last?.time ?? now) - now).inSeconds
        #expect(duration > 0.25 && duration < 0.40, "took \(duration) s")
        for start in sent.indices {
            let window = sent[start...].prefix { $0.time - sent[start].time < .milliseconds(100) }
            #expect(window.reduce(0) { $0 + $1.bytes } < 31_250 + 12_500 + 2400)
        }
    }

    @Test("sound overtakes waiting video, and is never held up by it")
    func audioFirst() throws {
        var session = session(bitrate: 100_000)
        let now = Instant.zero + .seconds(1)
        session.sendVideo(
            mid: "v", frame: Array(repeating: 0x10, count: 50_000), isKeyFrame: true, captureTime: now, at: now)
        _ = try poll(&session, at: now)
        for step in 1...20 {
            let time = now + .milliseconds(step * 20)
            sendAudio(&session, at: time)
            #expect(try poll(&session, at: time).first?.payloadType == 111)
        }
    }

    @Test("retransmissions go before video but leave it every fourth turn")
    func retransmissionShare() throws {
        var session = session(bitrate: 200_000)
        let now = Instant.zero + .seconds(1)
        session.sendVideo(
            mid: "v", frame: Array(repeating: 0x10, count: 40_000), isKeyFrame: true, captureTime: now, at: now)
        var numbers: [UInt16] = []
        var time = now
        while numbers.count < 20 {
            numbers += try poll(&session, at: time).map(\.sequenceNumber)
            time = time + .milliseconds(20)
        }
        session.receiveRTCP(
            RTCPPacket.serialize([
                .negativeAcknowledgement(
                    NegativeAcknowledgement(senderSSRC: 9, mediaSSRC: 2000, sequenceNumbers: numbers))
            ]), at: time)
        var types: [UInt8] = []
        while types.count < 16 {
            types += try poll(&session, at: time).map(\.payloadType)
            time = time + .milliseconds(20)
        }
        #expect(types.prefix(3) == [97, 97, 97])
        #expect(types.prefix(16).count { $0 == 96 } == 4)
    }

    @Test("a queue that cannot be drained refuses frames, then asks for a key frame and recovers")
    func overload() throws {
        var session = session(bitrate: 100_000)
        var time = Instant.zero + .seconds(1)
        var requests = 0
        var sentBytes = 0
        var sendsKey = true
        for step in 0..<600 {
            time = Instant.zero + .milliseconds(1000 + step * 33)
            // Ten times too much for six seconds, then what fits.
            let size = step < 180 ? 4000 : 300
            session.sendVideo(
                mid: "v", frame: Array(repeating: sendsKey ? 0x10 : 0x11, count: size), isKeyFrame: sendsKey,
                captureTime: time, at: time)
            sendsKey = false
            session.handleTimeout(at: time)
            sentBytes += try poll(&session, at: time).reduce(0) { $0 + $1.payload.count }
            while let event = session.pollEvent() {
                if case .keyFrameRequested = event {
                    requests += 1
                    sendsKey = true
                }
            }
        }
        let record = try #require(session.statistics(at: time).first { $0.type == "outbound-rtp" })
        #expect((record["framesDroppedByPacer"]?.doubleValue ?? 0) > 10)
        #expect(requests > 1)
        #expect(sendsKey == false)
        // The rate was kept: 2.5 times 100 kbit/s, faster only to drain what was over two seconds.
        #expect(Double(sentBytes) < 20 * 100_000 / 8 * 2.5 * 1.2)
        #expect(try poll(&session, at: time + .seconds(5)).count < 100)
    }

    @Test("without answers pictures wait, sound goes on, and something leaves now and then; a long silence ends it")
    func held() throws {
        var session = RTPSession(
            cname: "c", random: .seeded(1), ntpOffset: RTPCallSimulation.ntpOffset,
            congestion: CongestionConfiguration(start: 1_000_000))
        session.configure([RTPCallSimulation.audio(.left), RTPCallSimulation.video(.left)], at: .zero)
        session.transportReady(at: .zero)
        var now = Instant.zero
        var isHeld = false
        var (pictures, sounds, heldFor) = (0, 0, 0)
        for tick in 0..<300 {
            now = now + .milliseconds(10)
            if tick.isMultiple(of: 3), !isHeld {
                session.sendVideo(
                    mid: "v", frame: [UInt8](repeating: tick == 0 ? 0x10 : 0x11, count: 4000), isKeyFrame: tick == 0,
                    captureTime: now, at: now)
            }
            if tick.isMultiple(of: 2), tick < 120 { sendAudio(&session, at: now) }
            session.handleTimeout(at: now)
            for packet in try poll(&session, at: now) where isHeld {
                if packet.payloadType == 111 { sounds += 1 } else { pictures += 1 }
            }
            // Answers come for half a second, at once.
            if tick < 50, tick.isMultiple(of: 5), session.sendLog.outstandingByteCount > 0 {
                let last = session.sendLog.nextSequenceNumber &- 1
                let feedback = TransportFeedback(
                    senderSSRC: 9, mediaSSRC: 2000, baseSequenceNumber: last,
                    referenceTime: Int32(now.microseconds / TransportFeedback.referenceUnit),
                    feedbackCount: UInt8(tick), arrivals: [.receivedAfter(0)])
                session.receiveRTCP(RTCPPacket.serialize([.transportFeedback(feedback)]), at: now)
            }
            while let event = session.pollEvent() { if case .videoHeld(let held) = event { isHeld = held } }
            if isHeld { heldFor += 1 }
            if tick == 49 { #expect(heldFor == 0) }
            if tick == 119 {
                #expect(isHeld && heldFor > 30 && sounds * 3 > heldFor, "\(heldFor) \(sounds)")
                #expect(pictures == 0)
            }
        }
        #expect((1...20).contains(pictures), "\(pictures)")
        #expect(heldFor < 240, "answers that stay away altogether are given up")
    }
}
