import RTC
import TestSupport

/// One sender of sound and pictures, its encoder, and its receiver.
final class MediaFlow {
    let number: Int
    let direction: CongestionSimulation.Direction
    /// One way, behind the bottleneck.
    let delay: Duration
    var sender: RTPSession
    var receiver: RTPSession
    var encoder = SyntheticEncoder()
    private var random: RandomSource
    /// Of one packet of sound, bytes.
    var audioByteCount = 80
    /// Of one packet of sound, ms.
    var audioDuration = 20
    private(set) var soundCount = 0
    /// When pictures were stopped for want of room, and came again: seconds.
    private(set) var suspensions: [(time: Double, isSuspended: Bool)] = []
    /// When pictures could be shown, seconds.
    private(set) var frameTimes: [Double] = []
    /// While set, neither sound nor picture is made.
    var isPaused = false
    var sendsAudio = true
    private(set) var target = 0
    /// Pictures wait: none is made.
    private var isHeld = false
    private(set) var targetTimes: [Instant] = []
    /// Bytes of RTP that arrived, in tenths of a second.
    private(set) var arrivedBytes: [Int] = []
    private(set) var frameCount = 0
    /// Of the estimate, each time that it was told: seconds and bit/s.
    private(set) var trace: [(time: Double, video: Int)] = []
    private var nextVideo: Instant
    private var nextAudio: Instant

    init(
        number: Int, direction: CongestionSimulation.Direction, delay: Duration, start: Instant,
        configuration: CongestionConfiguration, media: (RTPCallSimulation.Side) -> [NegotiatedMedia] = MediaFlow.media
    ) {
        self.number = number
        self.direction = direction
        self.delay = delay
        random = .seeded(UInt64(number) &* 77 &+ 5)
        sender = RTPSession(
            cname: "s\(number)", random: .seeded(UInt64(number) &+ 1), ntpOffset: RTPCallSimulation.ntpOffset,
            congestion: configuration)
        receiver = RTPSession(
            cname: "r\(number)", random: .seeded(UInt64(number) &+ 1000), ntpOffset: RTPCallSimulation.ntpOffset)
        sender.configure(media(.left), at: start)
        sender.setVideoBitrateBounds(mid: "v", floor: 30_000, ceiling: 10_000_000, at: start)
        receiver.configure(
            media(.right).map {
                var media = $0
                media.direction = .recvonly
                return media
            }, at: start)
        sender.transportReady(at: start)
        receiver.transportReady(at: start)
        // Flows that start together do not make their frames at the same instant.
        nextVideo = start + .microseconds(Int64(number * 7_321 % 33_000))
        nextAudio = start + .microseconds(Int64(number * 3_217 % 20_000))
    }

    static func media(_ side: RTPCallSimulation.Side) -> [NegotiatedMedia] {
        [RTPCallSimulation.audio(side), RTPCallSimulation.video(side)]
    }

    func nextTimeout(at now: Instant) -> Instant {
        let next = earliest(earliest(sender.nextTimeout, receiver.nextTimeout), min(nextVideo, nextAudio))
        return next ?? nextVideo
    }

    func handleTimeout(at now: Instant, random: inout RandomSource) {
        if nextVideo <= now {
            nextVideo = nextVideo + SyntheticEncoder.frameInterval
            if !isPaused { sendFrame(at: now) }
        }
        if nextAudio <= now {
            nextAudio = nextAudio + .milliseconds(audioDuration)
            if !isPaused, sendsAudio {
                sender.sendAudio(
                    mid: "a", payload: [UInt8](repeating: 0x78, count: audioByteCount),
                    sampleCount: 48 * audioDuration,
                    captureTime: now,
                    level: 30, voiceActivity: true, at: now)
            }
        }
        if let due = sender.nextTimeout, due <= now { sender.handleTimeout(at: now) }
        if let due = receiver.nextTimeout, due <= now { receiver.handleTimeout(at: now) }
    }

    private func sendFrame(at now: Instant) {
        guard !isHeld else { return }
        let (byteCount, isKeyFrame) = encoder.nextFrame(random: &random)
        var frame = [UInt8](repeating: 7, count: byteCount)
        frame[0] = isKeyFrame ? 0x10 : 0x11
        sender.sendVideo(mid: "v", frame: frame, isKeyFrame: isKeyFrame, captureTime: now, at: now)
    }

    func deliver(_ packet: OutgoingPacket, isFeedback: Bool, at now: Instant) {
        if isFeedback {
            sender.receiveRTCP(packet.bytes, at: now)
        } else if packet.isRTCP {
            receiver.receiveRTCP(packet.bytes, at: now)
        } else {
            let slot = Int(now.microseconds / 100_000)
            while arrivedBytes.count <= slot { arrivedBytes.append(0) }
            arrivedBytes[slot] += packet.bytes.count + BottleneckQueue.headerByteCount + 10
            receiver.receiveRTP(packet.bytes, at: now)
        }
    }

    func takeEvents(at now: Instant) {
        while let event = sender.pollEvent() {
            switch event {
            case .targetBitrateChanged(let video, _):
                target = video
                encoder.target = video
                targetTimes.append(now)
                trace.append((Double(now.microseconds) / 1e6, video))
            case .keyFrameRequested: encoder.wantsKeyFrame = true
            case .videoHeld(let isHeld): self.isHeld = isHeld
            case .videoSuspended(let isSuspended):
                suspensions.append((Double(now.microseconds) / 1e6, isSuspended))
            default: break
            }
        }
        while let event = receiver.pollEvent() {
            switch event {
            case .videoFrame:
                frameCount += 1
                frameTimes.append(Double(now.microseconds) / 1e6)
            case .audioPacket: soundCount += 1
            default: break
            }
        }
    }

    /// Times without a new picture, longer than a second, within a time in seconds.
    func freezes(from: Double, to: Double) -> [Double] {
        let times = [from] + frameTimes.filter { $0 > from && $0 < to } + [to]
        return zip(times, times.dropFirst()).map { $1 - $0 }.filter { $0 > 1 }
    }

    /// Freezes as webrtc-stats counts them, within a time in seconds: their length, from the last picture before to the first
    /// after.
    func standardFreezes(from: Double, to: Double) -> [Double] {
        var intervals: [Double] = []
        var freezes: [Double] = []
        for (before, next) in zip(frameTimes, frameTimes.dropFirst()) {
            let recent = intervals.suffix(30)
            let mean = recent.reduce(0, +) / Double(max(recent.count, 1))
            intervals.append(next - before)
            if recent.count >= 5, next - before > max(3 * mean, mean + 0.15), next > from, before < to {
                freezes.append(next - before)
            }
        }
        return freezes
    }

    /// Bits that arrived a second between two times in seconds.
    func throughput(from: Double, to: Double) -> Double {
        let slots = Int(from * 10)..<Int(to * 10)
        return Double(slots.reduce(0) { $0 + ($1 < arrivedBytes.count ? arrivedBytes[$1] : 0) } * 8) / (to - from)
    }
}
