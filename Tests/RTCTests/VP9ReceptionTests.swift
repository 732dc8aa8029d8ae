import RTC
import Testing
import Wire

@Suite("VP9 over a bad path, and the change of codec")
struct VP9ReceptionTests {
    private static let vp9 = NegotiatedCodec(
        name: "vp9", payloadType: 98, rtxPayloadType: 99, clockRate: 90_000, nack: true, pictureLossIndication: true,
        fullIntraRequest: true, transportWideCC: true)

    private static func media(_ side: RTPCallSimulation.Side, codecs: [NegotiatedCodec]) -> [NegotiatedMedia] {
        var video = RTPCallSimulation.video(side)
        video.codecs = codecs
        return [RTPCallSimulation.audio(side), video]
    }

    @Test("retransmission repairs VP9 as it does VP8", arguments: [0.05, 0.10])
    func loss(rate: Double) {
        var call = RTPCallSimulation(seed: UInt64(rate * 1000)) { side, media in
            media = Self.media(side, codecs: [Self.vp9])
        }
        call.codec = .vp9
        call.link.lossRate = rate
        call.link.jitter = .milliseconds(8)
        call.startVideo(.left)
        call.run(for: .seconds(10))
        let frames = call[.right].video
        #expect(RTPCallSimulation.isDecodable(frames))
        #expect(frames.allSatisfy { $0.codec == .vp9 })
        #expect(frames.count > 270, "\(frames.count) of 300 frames")
        #expect((call.value("retransmittedPacketsReceived", "inbound-rtp", .right, "v") ?? 0) > 0)
    }

    @Test("a change of codec in mid-call begins with a key frame; what the old one lost is still sent again")
    func change() throws {
        let vp8 = RTPCallSimulation.video(.left).codecs[0]
        var call = RTPCallSimulation(seed: 9) { side, media in media = Self.media(side, codecs: [vp8, Self.vp9]) }
        call.link.lossRate = 0.05
        call.link.delay = .milliseconds(60)
        call.startVideo(.left)
        call.run(for: .seconds(5))
        for side in RTPCallSimulation.Side.allCases {
            call[side].session.configure(Self.media(side, codecs: [Self.vp9, vp8]), at: call.now)
        }
        // The encoder has not heard yet: its pictures are of no use any more.
        let asked = call[.left].keyFrameRequests
        call[.left].session.sendVideo(
            mid: "v", frame: [0x11, 1, 2, 3], codec: .vp8, isKeyFrame: false, captureTime: call.now, at: call.now)
        #expect(call[.left].session.pollPacket(at: call.now) == nil)
        call.codec = .vp9
        call.run(for: .seconds(5))
        #expect(call[.left].keyFrameRequests > asked)
        let frames = call[.right].video
        #expect(RTPCallSimulation.isDecodable(frames))
        let first = try #require(frames.firstIndex { $0.codec == .vp9 })
        #expect(frames[first].isKeyFrame)
        #expect(frames[..<first].allSatisfy { $0.codec == .vp8 } && frames[first...].allSatisfy { $0.codec == .vp9 })
        #expect(first > 140 && frames.count - first > 130, "\(first) before, \(frames.count - first) after")
        #expect(call.record("inbound-rtp", .right, "v")?["codecId"] == "codec-v-98")
    }

    @Test("in flexible mode a lost picture that nothing needs is skipped, one that is needed is not")
    func references() {
        // Picture 2 is lost; 3 needs 1; 4 needs 2, and will never have it; 5 needs 3.
        #expect(numbers(handedOut: [(0, []), (1, [1]), (3, [2]), (4, [2]), (5, [2])]) == [0, 1, 3, 5])
        #expect(numbers(handedOut: [(0, []), (1, [1]), (3, [2, 3]), (4, [1])]) == [0, 1, 3, 4])
        #expect(numbers(handedOut: [(0, []), (1, [1]), (3, [1])]) == [0, 1])
    }

    @Test("in non-flexible mode a lost picture of an upper temporal layer is skipped")
    func layers() {
        #expect(numbers(handedOut: [(0, []), (2, [])], temporalIndexes: [0: 7, 2: 8]) == [0, 2])
        #expect(numbers(handedOut: [(0, []), (2, [])], temporalIndexes: [0: 7, 2: 9]) == [0])
    }

    /// Pictures of one packet each, far enough apart for the wait of those behind a gap; what came out.
    private func numbers(
        handedOut pictures: [(number: Int, distances: [UInt8])], temporalIndexes: [Int: UInt8] = [:]
    ) -> [Int] {
        var session = RTPSession(cname: "c", random: .seeded(1), ntpOffset: 0xEE00_0000 << 32)
        var media = Self.media(.left, codecs: [Self.vp9])
        media[1].direction = .recvonly
        session.configure(media, at: .zero)
        session.transportReady(at: .zero)
        var found: [Int] = []
        for (number, distances) in pictures {
            var descriptor = VP9Descriptor()
            descriptor.pictureID = UInt16((number + 0x7FFE) & 0x7FFF)
            descriptor.isFlexible = temporalIndexes.isEmpty
            descriptor.isInterPredicted = number > 0
            descriptor.referenceDistances = distances
            descriptor.startsLayerFrame = true
            descriptor.endsLayerFrame = true
            if let index = temporalIndexes[number] {
                descriptor.layer = VP9Descriptor.Layer(temporal: 0)
                descriptor.temporalLevelZeroIndex = index
            }
            var payload: [UInt8] = []
            descriptor.write(to: &payload)
            payload += [number == 0 ? 0x82 : 0x86, UInt8(number)]
            let header = RTPHeader(
                marker: true, payloadType: 98, sequenceNumber: UInt16(500 + number), timestamp: UInt32(number * 3000),
                ssrc: 9)
            let arrival = Instant.zero + .milliseconds(number * 33)
            session.receiveRTP(RTPWriter.packet(header, extensions: [], payload: payload), at: arrival)
            session.handleTimeout(at: arrival + .milliseconds(110))
            while let event = session.pollEvent() {
                if case .videoFrame(_, let frame) = event { found.append(Int(frame.bytes[1])) }
            }
        }
        return found
    }
}
