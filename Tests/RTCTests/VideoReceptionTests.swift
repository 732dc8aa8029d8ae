import RTC
import Testing
import Wire

@Suite("Video over a bad path")
struct VideoReceptionTests {
    @Test(
        "retransmission repairs loss, overtaking and doubles; what comes out can always be decoded",
        arguments: [0.01, 0.05, 0.10, 0.20])
    func loss(rate: Double) {
        var call = RTPCallSimulation(seed: UInt64(rate * 1000))
        call.link.lossRate = rate
        call.link.jitter = .milliseconds(8)
        call.link.duplicateRate = 0.01
        call.startVideo(.left)
        call.startAudio(.left)
        call.startVideo(.right)
        call.startAudio(.right)
        call.run(for: .seconds(15))
        for side in RTPCallSimulation.Side.allCases {
            let frames = call[side].video
            #expect(RTPCallSimulation.isDecodable(frames))
            #expect(frames.count > (rate < 0.2 ? 425 : 375), "\(frames.count) of 450 frames at \(rate)")
            let gaps = zip(call[side].videoTimes, call[side].videoTimes.dropFirst()).map { ($1 - $0).inMilliseconds }
            #expect((gaps.max() ?? 0) < 1200, "longest freeze \(gaps.max() ?? 0) ms at \(rate)")
            #expect((call.value("retransmittedPacketsReceived", "inbound-rtp", side, "v") ?? 0) > 0)
            let reported = call[side].lossReports.reduce(0, +) / Double(max(call[side].lossReports.count, 1))
            #expect(abs(reported - rate) < 0.05, "reported \(reported)")
        }
    }

    @Test("an outage of two seconds is followed by pictures within half a second")
    func outage() throws {
        var call = RTPCallSimulation(seed: 20)
        call.startVideo(.left)
        call.run(for: .seconds(3))
        call.link.lossRate = 1
        call.run(for: .seconds(2))
        let count = call[.right].video.count
        call.link.lossRate = 0
        let restored = call.now
        call.run(for: .seconds(3))
        #expect(RTPCallSimulation.isDecodable(call[.right].video))
        let first = try #require(call[.right].videoTimes.dropFirst(count).first)
        #expect(first - restored < .milliseconds(500))
        #expect(call[.right].video.count > count + 60)
    }

    @Test("one who joins in the middle gets a key frame first")
    func lateJoin() {
        var call = RTPCallSimulation(seed: 21)
        call.link.lossRate = 1
        call.startVideo(.left)
        call.run(for: .seconds(5))
        call.link.lossRate = 0
        call.run(for: .seconds(1))
        #expect(call[.right].video.first?.isKeyFrame == true)
        #expect(RTPCallSimulation.isDecodable(call[.right].video))
        #expect(call[.right].video.count > 20)
    }

    @Test("frames without PictureID, with a 7-bit one, and over its wrap are handed out in order")
    func pictureIdentifiers() {
        for width in [0, 7, 15] {
            var session = receiver()
            var frames: [ReceivedVideoFrame] = []
            for number in 0..<300 {
                let packets = frame(number, width: width, isKey: number == 0)
                for packet in packets.reversed() { session.receiveRTP(packet, at: time(number)) }
                while let event = session.pollEvent() {
                    if case .videoFrame(_, let frame) = event { frames.append(frame) }
                }
            }
            #expect(frames.count == 300, "PictureID of \(width) bits")
            #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.rtpTimestamp < $1.rtpTimestamp })
        }
    }

    @Test("a frame with a missing packet holds back those behind it until the packet comes")
    func holdsBack() {
        var session = receiver()
        func count() -> Int {
            var count = 0
            while let event = session.pollEvent() { if case .videoFrame = event { count += 1 } }
            return count
        }
        for packet in frame(0, width: 15, isKey: true) { session.receiveRTP(packet, at: time(0)) }
        #expect(count() == 1)
        let damaged = frame(1, width: 15, isKey: false)
        session.receiveRTP(damaged[0], at: time(1))
        for packet in frame(2, width: 15, isKey: false) { session.receiveRTP(packet, at: time(2)) }
        #expect(count() == 0)
        let nacks = sentNACKs(&session, at: time(2))
        #expect(nacks == [101 + 2])
        session.receiveRTP(damaged[1], at: time(3))
        #expect(count() == 2)
        // The late copy is dropped.
        session.receiveRTP(damaged[1], at: time(3))
        #expect(count() == 0)
    }

    @Test("a complete key frame ends every wait")
    func keyFrameEndsWait() {
        var session = receiver()
        for packet in frame(0, width: 15, isKey: true) { session.receiveRTP(packet, at: time(0)) }
        session.receiveRTP(frame(1, width: 15, isKey: false)[0], at: time(1))
        for packet in frame(2, width: 15, isKey: true) { session.receiveRTP(packet, at: time(2)) }
        var keys: [Bool] = []
        while let event = session.pollEvent() {
            if case .videoFrame(_, let frame) = event { keys.append(frame.isKeyFrame) }
        }
        #expect(keys == [true, true])
        #expect(sentNACKs(&session, at: time(2)) == [103], "asked for before the key frame was complete")
        #expect(sentNACKs(&session, at: time(9)).isEmpty, "what is older is not asked for any more")
    }

    @Test("a huge gap asks for a key frame, not for a thousand packets")
    func hugeGap() throws {
        var session = receiver()
        for packet in frame(0, width: 15, isKey: true) { session.receiveRTP(packet, at: time(0)) }
        while session.pollPacket(at: time(0)) != nil {}
        for packet in frame(700, width: 15, isKey: false) { session.receiveRTP(packet, at: time(1)) }
        var kinds: [RTCPPacket] = []
        while let packet = session.pollPacket(at: time(1)) {
            if packet.isRTCP { kinds += try RTCPPacket.parse(packet.bytes) }
        }
        #expect(kinds.contains { if case .pictureLossIndication = $0 { true } else { false } })
        #expect(!kinds.contains { if case .negativeAcknowledgement = $0 { true } else { false } })
    }

    @Test("frames that never become complete do not grow without bound")
    func bounded() {
        var session = receiver()
        for number in 0..<20_000 {
            session.receiveRTP(frame(number, width: 15, isKey: false)[0], at: time(number))
            while session.pollPacket(at: time(number)) != nil {}
        }
        #expect(session.pollEvent() == nil)
    }

    // MARK: Packets made by hand

    private func receiver() -> RTPSession {
        var session = RTPSession(cname: "c", random: .seeded(1), ntpOffset: 0xEE00_0000 << 32)
        var media = RTPCallSimulation.video(.left)
        media.direction = .recvonly
        session.configure([media], at: .zero)
        session.transportReady(at: .zero)
        return session
    }

    private func time(_ number: Int) -> Instant { .zero + .milliseconds(number * 33) }

    /// Two packets; frame n has sequence numbers 100 + 2n and 101 + 2n.
    private func frame(_ number: Int, width: Int, isKey: Bool) -> [[UInt8]] {
        (0..<2).map { part in
            var descriptor = VP8Descriptor()
            descriptor.startsPartition = part == 0
            if width > 0 {
                descriptor.pictureID = UInt16((number + 120) & (width == 7 ? 0x7F : 0x7FFF))
                descriptor.hasLongPictureID = width == 15
            }
            var payload: [UInt8] = []
            descriptor.write(to: &payload)
            payload += [isKey ? 0x10 : 0x11, UInt8(truncatingIfNeeded: number), UInt8(part)]
            return RTPWriter.packet(
                RTPHeader(
                    marker: part == 1, payloadType: 96,
                    sequenceNumber: UInt16(truncatingIfNeeded: 100 + number * 2 + part),
                    timestamp: UInt32(truncatingIfNeeded: number * 3000), ssrc: 9), extensions: [], payload: payload)
        }
    }

    private func sentNACKs(_ session: inout RTPSession, at now: Instant) -> [UInt16] {
        session.handleTimeout(at: now)
        var numbers: [UInt16] = []
        while let packet = session.pollPacket(at: now) {
            for case .negativeAcknowledgement(let nack) in (try? RTCPPacket.parse(packet.bytes)) ?? [] {
                numbers += nack.sequenceNumbers
            }
        }
        return numbers
    }
}
