import TestSupport
import Testing
import Wire

@testable import RTC

@Suite("What encoders are asked for") struct CongestionTargetTests {
    @Test("floors come first, then all alike up to their ceilings") func sharing() {
        let bounds = [
            VideoBitrateBounds(floor: 50_000, ceiling: 200_000), VideoBitrateBounds(floor: 100_000, ceiling: 3_000_000),
        ]
        #expect(BitrateAllocation.share(1_000_000, among: bounds) == [200_000, 800_000])
        #expect(BitrateAllocation.share(250_000, among: bounds) == [100_000, 150_000])
        #expect(BitrateAllocation.share(20_000, among: bounds) == [50_000, 100_000])
        #expect(BitrateAllocation.share(9_000_000, among: bounds) == [200_000, 3_000_000])
        #expect(BitrateAllocation.share(-5, among: []) == [])
        #expect(VideoBitrateBounds(floor: 500, ceiling: 100).floor == 100)
    }

    @Test("small and quick rises are kept back, falls are told at once") func throttle() {
        var throttle = TargetBitrateThrottle()
        let now = Instant.zero + .seconds(1)
        var told: [Bool] = []
        for (bitrate, time) in [(1000, 0), (1010, 500), (1200, 600), (1300, 700), (1300, 900), (900, 901)] {
            told.append(throttle.shouldTell(bitrate * 1000, at: now + .milliseconds(time)))
        }
        #expect(told == [true, false, true, false, true, true])
        let isForcedThrough = throttle.shouldTell(900_001, isForced: true, at: now + .milliseconds(902))
        #expect(isForcedThrough)
    }

    @Test("the target keeps to the section's bounds, changed at any time, and statistics say so") func bounds() throws {
        let simulation = CongestionSimulation(seed: 21, forward: 5_000_000)
        let flow = simulation.addFlow(delay: .milliseconds(20))
        flow.sender.setVideoBitrateBounds(mid: "v", floor: 100_000, ceiling: 700_000, at: .zero)
        simulation.run(for: .seconds(5))
        #expect(flow.target == 700_000)
        func record() throws -> StatisticsRecord {
            try #require(flow.sender.statistics(at: simulation.now).first { $0.id == "outbound-rtp-v" })
        }
        #expect(try record()["targetBitrate"] == 700_000)
        #expect(try record()["qualityLimitationReason"] == "none")
        #expect((try record()["totalPacketSendDelay"]?.doubleValue ?? 0) > 0)
        simulation.links[0].setRate(300_000, at: simulation.now)
        simulation.run(for: .seconds(10))
        #expect(flow.target < 300_000)
        #expect(try record()["qualityLimitationReason"] == "bandwidth")
        flow.sender.setVideoBitrateBounds(mid: "v", floor: 250_000, ceiling: 260_000, at: simulation.now)
        flow.takeEvents(at: simulation.now)
        #expect((250_000...260_000).contains(flow.target))
        #expect(flow.sender.videoTargetBitrate(mid: "v") == flow.target)
        #expect(flow.sender.videoTargetBitrate(mid: "a") == nil)
    }

    @Test("rises are told at most five times a second") func rate() {
        let simulation = CongestionSimulation(seed: 22, forward: 3_000_000)
        let flow = simulation.addFlow(delay: .milliseconds(20))
        simulation.run(for: .seconds(20))
        var previous = (time: -1.0, video: 0)
        for told in flow.trace {
            if told.video > previous.video { #expect(told.time - previous.time >= 0.199) }
            previous = told
        }
        #expect(flow.trace.count < 60)
    }

    @Test("a far side with REMB alone is sent what it says") func remoteEstimate() throws {
        var session = RTPSession(
            cname: "c", random: .seeded(1), ntpOffset: RTPCallSimulation.ntpOffset,
            congestion: CongestionConfiguration())
        var video = RTPCallSimulation.video(.left)
        video.extensions.transportWideCC = nil
        video.codecs = video.codecs.map {
            var codec = $0
            codec.transportWideCC = false
            return codec
        }
        session.configure([video], at: .zero)
        session.transportReady(at: .zero)
        session.setVideoBitrateBounds(mid: "v", floor: 30_000, ceiling: 5_000_000, at: .zero)
        let estimate = RTCPPacket.receiverEstimatedMaximumBitrate(
            ReceiverEstimatedMaximumBitrate(senderSSRC: 9, bitrate: 1_500_000, ssrcs: [2000]))
        session.receiveRTCP(RTCPPacket.serialize([estimate]), at: .zero + .seconds(1))
        let available = try #require(session.availableOutgoingBitrate)
        #expect(abs(available - 1_500_000) < 10_000)
        var told: Int?
        while let event = session.pollEvent() {
            if case .targetBitrateChanged(let video, _) = event { told = video }
        }
        #expect((1_300_000...1_500_000).contains(told ?? 0))
        // No probes, for nobody would tell what becomes of them.
        let now = Instant.zero + .seconds(2)
        session.sendVideo(
            mid: "v", frame: [UInt8](repeating: 0x10, count: 3000), isKeyFrame: true, captureTime: now, at: now)
        var packets = 0
        while let packet = session.pollPacket(at: now + .milliseconds(500)) { if !packet.isRTCP { packets += 1 } }
        #expect(packets == 3)
    }

    @Test("a packet asked for again while it waits for the pacer is queued once") func oneRepetition() throws {
        var session = RTPSession(
            cname: "c", random: .seeded(1), ntpOffset: RTPCallSimulation.ntpOffset, targetBitrate: 50_000)
        session.configure([RTPCallSimulation.video(.left)], at: .zero)
        session.transportReady(at: .zero)
        var now = Instant.zero + .seconds(1)
        session.sendVideo(
            mid: "v", frame: [UInt8](repeating: 0x10, count: 9000), isKeyFrame: true, captureTime: now, at: now)
        var numbers: [UInt16] = []
        while numbers.count < 8 {
            now = now + .milliseconds(10)
            while let packet = session.pollPacket(at: now) {
                if !packet.isRTCP { numbers.append(try RTPPacket(parsing: packet.bytes).sequenceNumber) }
            }
        }
        let nack = RTCPPacket.serialize([
            .negativeAcknowledgement(
                NegativeAcknowledgement(senderSSRC: 9, mediaSSRC: 2000, sequenceNumbers: numbers))
        ])
        for _ in 0..<5 {
            session.receiveRTCP(nack, at: now)
            now = now + .milliseconds(60)
        }
        var sent = 0
        for _ in 0..<200 {
            now = now + .milliseconds(20)
            while let packet = session.pollPacket(at: now) { if !packet.isRTCP { sent += 1 } }
        }
        #expect(sent == numbers.count)
    }
}
