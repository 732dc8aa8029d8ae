import RTC
import Testing
import Wire

@Suite("Lip-sync")
struct LipSyncTests {
    private func call(seed: UInt64) -> RTPCallSimulation {
        var call = RTPCallSimulation(seed: seed)
        call.startVideo(.left)
        call.startAudio(.left)
        return call
    }

    /// Capture to hand-out of the frames from `start` on, milliseconds: smallest, mean, largest.
    private func delays(_ call: RTPCallSimulation, from start: Int) -> (least: Double, mean: Double, most: Double) {
        let endpoint = call[.right]
        let delays = zip(endpoint.video, endpoint.videoTimes).dropFirst(start).compactMap { frame, time in
            frame.captureTime.map {
                Double(
                    NTPTime(RTPCallSimulation.ntpOffset).advanced(byMicroseconds: time.microseconds)
                        .microseconds(since: $0)) / 1000
            }
        }
        guard !delays.isEmpty else { return (0, 0, 0) }
        return (delays.min() ?? 0, delays.reduce(0, +) / Double(delays.count), delays.max() ?? 0)
    }

    @Test("video waits for sound that is played late, by steps and not all at once")
    func converges() {
        var call = call(seed: 1)
        call.run(for: .seconds(4))
        #expect(delays(call, from: 30).most < 15, "without a hold there is none")
        for _ in 0..<30 {
            call[.right].session.setAudioPlayoutDelay(mid: "a", .milliseconds(200))
            call.run(for: .seconds(1))
        }
        let count = call[.right].video.count
        call.run(for: .seconds(5))
        // Sound: 20 ms of recording, 10 ms on the way, 200 ms until it is heard; drawing takes 20 ms.
        let settled = delays(call, from: count)
        #expect(abs(settled.mean - 210) < 40, "\(settled)")
        #expect(settled.most - settled.least < 15, "\(settled)")
        #expect(RTPCallSimulation.isDecodable(call[.right].video))
        let steps = zip(call[.right].videoTimes, call[.right].videoTimes.dropFirst()).map { ($1 - $0).inMilliseconds }
        #expect((steps.max() ?? 0) < 33.4 + 80 + 15)
        let hold = call.value("lipSyncHold", "inbound-rtp", .right, "v") ?? 0
        #expect(hold > 0.12 && hold < 0.24)
    }

    @Test("the hold is capped, whatever the sound claims, and goes when the sound is fast again")
    func cappedAndReleased() {
        var call = call(seed: 2)
        for _ in 0..<60 {
            call[.right].session.setAudioPlayoutDelay(mid: "a", .seconds(9))
            call.run(for: .seconds(1))
        }
        #expect((call.value("lipSyncHold", "inbound-rtp", .right, "v") ?? 9) <= 1.0)
        for _ in 0..<60 {
            call[.right].session.setAudioPlayoutDelay(mid: "a", .milliseconds(1))
            call.run(for: .seconds(1))
        }
        #expect((call.value("lipSyncHold", "inbound-rtp", .right, "v") ?? 9) < 0.03)
        #expect(RTPCallSimulation.isDecodable(call[.right].video))
        #expect(call[.right].video.count > 3500)
    }

    @Test("a picture without its own sound is never held")
    func unpaired() {
        var call = RTPCallSimulation(seed: 3) { _, media in media[0].remoteStreamID = "another" }
        call[.right].session = {
            var session = RTPSession(
                cname: "r", random: .seeded(5), ntpOffset: RTPCallSimulation.ntpOffset)
            var video = RTPCallSimulation.video(.right)
            video.remoteStreamID = "alone"
            session.configure([video], at: .zero)
            session.transportReady(at: .zero)
            return session
        }()
        call.startVideo(.left)
        for _ in 0..<5 {
            call[.right].session.setAudioPlayoutDelay(mid: "a", .milliseconds(300))
            call.run(for: .seconds(1))
        }
        #expect(call.value("lipSyncHold", "inbound-rtp", .right, "v") == 0)
    }

    /// How far sound is heard before (negative) or after the pictures from `start` on, mean, ms.
    private func skew(_ call: RTPCallSimulation, from start: Int, playout: Duration) -> Double {
        // Sound: 20 ms of recording, 10 ms on the way. Drawing takes 20 ms.
        30 + playout.inMilliseconds - (delays(call, from: start).mean + 20)
    }

    @Test("sound and picture stay within 40 ms while the delay of the sound goes up and down")
    func changingDelay() {
        var call = call(seed: 7)
        for milliseconds in [30, 140, 300, 90, 30] {
            var start = 0
            for second in 0..<20 {
                call[.right].session.setAudioPlayoutDelay(mid: "a", .milliseconds(milliseconds))
                if second == 14 { start = call[.right].video.count }
                call.run(for: .seconds(1))
            }
            let skew = skew(call, from: start, playout: .milliseconds(milliseconds))
            #expect(abs(skew) <= 40, "\(milliseconds) ms: \(skew)")
        }
        #expect(RTPCallSimulation.isDecodable(call[.right].video))
    }

    @Test("sound that is ahead of its picture waits for it, within 40 ms")
    func slowPicture() {
        var call = call(seed: 8)
        // Large frames over a slow pacer take long to arrive.
        call[.left].session.targetBitrate = 600_000
        call.frameByteCount = 5500
        call.keyFrameByteCount = 5500
        var playout = Duration.milliseconds(20)
        var start = 0
        for second in 0..<20 {
            if second == 14 { start = call[.right].video.count }
            call[.right].session.setAudioPlayoutDelay(mid: "a", playout)
            call.run(for: .seconds(1))
            playout = max(.milliseconds(20), call[.right].session.audioPlayoutFloor(mid: "a"))
        }
        let skew = skew(call, from: start, playout: playout)
        #expect(abs(skew) <= 40, "\(skew)")
    }

    @Test("sound that is ahead of its picture is told how much to wait")
    func audioFloor() {
        var call = call(seed: 4)
        // Large frames over a slow pacer take long to arrive.
        call[.left].session.targetBitrate = 600_000
        call.frameByteCount = 5500
        call.keyFrameByteCount = 5500
        for _ in 0..<10 {
            call[.right].session.setAudioPlayoutDelay(mid: "a", .milliseconds(1))
            call.run(for: .seconds(1))
        }
        #expect(call[.right].session.audioPlayoutFloor(mid: "a") < .milliseconds(200))
        #expect(call[.right].session.audioPlayoutFloor(mid: "nobody") == .zero)
    }
}
