import RTC
import TestSupport
import Wire

@testable import Media

/// A call with pictures and sound one way, in virtual time: a real encoder with the real adaptation, a sender's and a
/// receiver's `RTPSession`, a path, a real decoder. What is shown is judged by its timecode and against its original.
final class PictureCall {
    struct Setting {
        var codec = "vp8"
        var conditions: LinkConditions
        var width = 640
        var height = 360
        /// The ceiling, bit/s.
        var bitrate = 1_500_000
        /// When the conditions change, seconds.
        var changes: [(time: Double, conditions: LinkConditions)] = []
        /// Every how-manieth picture shown is compared with its original.
        var judged = 3
        var seed: UInt64 = 1
    }

    /// One picture on the screen.
    struct Shown {
        var time: Instant
        /// From the camera to the screen; nil when the timecode could not be read.
        var delay: Duration?
        var fidelity: PictureFidelity?
    }

    private struct Flight: Sendable {
        var packet: OutgoingPacket
        var isForward: Bool
    }

    private static let frameInterval = Duration.microseconds(33_333)

    let setting: Setting
    private(set) var now = Instant.zero
    private(set) var sender: RTPSession
    private(set) var receiver: RTPSession
    private(set) var shown: [Shown] = []
    /// Bytes of RTP that left, UDP and IP counted.
    private(set) var sentBytes = 0
    private(set) var sizes: Set<Int> = []
    private var conditions: LinkConditions
    private var random: RandomSource
    private var links = [EmulatedLink(), EmulatedLink()]
    private var flights = DelayQueue<Flight>()
    private var nextFrame = Instant.zero
    private var nextSound = Instant.zero
    private var number = 0
    private let picture: LivelyPicture
    private var adaptation: PictureAdaptation
    private let wanted: VideoSettings
    private var stage: EncoderStage?
    private var stageSettings: VideoSettings?
    private var plan = EncodingPlan([:])
    private var wantsKeyFrame = true
    private var isSuspended = false
    private var isHeld = false
    private var decoder: PictureDecoder?
    private var pool: FramePool

    init(_ setting: Setting) {
        self.setting = setting
        conditions = setting.conditions
        random = .seeded(setting.seed)
        picture = LivelyPicture(width: setting.width, height: setting.height)
        pool = FramePool(width: setting.width, height: setting.height)
        wanted = VideoSettings(
            codec: setting.codec, width: setting.width, height: setting.height, bitrate: setting.bitrate)
        var start = wanted
        start.bitrate = min(300_000, wanted.bitrate)
        adaptation = PictureAdaptation(start)
        sender = Self.session(setting, ssrc: 1000, direction: .sendonly, congestion: CongestionConfiguration())
        receiver = Self.session(setting, ssrc: 2000, direction: .recvonly, congestion: nil)
        sender.setVideoBitrateBounds(mid: "v", floor: wanted.minimumBitrate, ceiling: wanted.bitrate, at: now)
    }

    private static func session(
        _ setting: Setting, ssrc: UInt32, direction: TransceiverDirection, congestion: CongestionConfiguration?
    ) -> RTPSession {
        var extensions = HeaderExtensionIDs()
        extensions.transportWideCC = 3
        extensions.mid = 4
        extensions.absoluteSendTime = 2
        let opus = NegotiatedCodec(
            name: "opus", payloadType: 111, clockRate: 48_000, channels: 2, transportWideCC: true)
        let codec = NegotiatedCodec(
            name: setting.codec, payloadType: 96, rtxPayloadType: 97, clockRate: 90_000, nack: true,
            pictureLossIndication: true, fullIntraRequest: true, transportWideCC: true)
        var session = RTPSession(
            cname: "\(ssrc)", random: .seeded(setting.seed &+ UInt64(ssrc)), ntpOffset: 0xEE00_0000 << 32,
            congestion: congestion)
        var video = NegotiatedMedia(
            mid: "v", kind: .video, direction: direction, codecs: [codec], extensions: extensions,
            localSSRC: ssrc + 1, localRTXSSRC: ssrc + 2)
        video.protection = NegotiatedProtection(redPayloadType: 118, redRTXPayloadType: 119, ulpfecPayloadType: 120)
        session.configure(
            [
                NegotiatedMedia(
                    mid: "a", kind: .audio, direction: direction, codecs: [opus], extensions: extensions,
                    localSSRC: ssrc), video,
            ], at: .zero)
        session.transportReady(at: .zero)
        return session
    }

    /// W3C statistics of the picture at the sending or the receiving end.
    func value(_ name: String, _ type: String, ofReceiver: Bool) -> Double {
        let records = ofReceiver ? receiver.statistics(at: now) : sender.statistics(at: now)
        return records.first { $0.type == type && $0["mid"] == .text("v") }?[name]?.doubleValue ?? 0
    }

    // MARK: Time

    func run(seconds: Double) throws {
        let end = now + .microseconds(Int64(seconds * 1_000_000))
        drain()
        while true {
            var next = min(nextFrame, nextSound)
            for time in [sender.nextTimeout, receiver.nextTimeout, flights.nextRelease] {
                next = min(next, time ?? next)
            }
            guard next < end else { break }
            now = max(now, next)
            try step()
        }
        now = end
    }

    private func step() throws {
        if let change = setting.changes.last(where: { .zero + .milliseconds(Int($0.time * 1000)) <= now }) {
            conditions = change.conditions
        }
        if nextFrame <= now { try sendPicture() }
        if nextSound <= now {
            nextSound = nextSound + .milliseconds(20)
            sender.sendAudio(
                mid: "a", payload: [UInt8](repeating: 0x78, count: 80), sampleCount: 960, captureTime: now, level: 30,
                voiceActivity: true, at: now)
        }
        if let due = sender.nextTimeout, due <= now { sender.handleTimeout(at: now) }
        if let due = receiver.nextTimeout, due <= now { receiver.handleTimeout(at: now) }
        while let flight = flights.release(at: now) {
            switch (flight.isForward, flight.packet.isRTCP) {
            case (true, true): receiver.receiveRTCP(flight.packet.bytes, at: now)
            case (true, false): receiver.receiveRTP(flight.packet.bytes, at: now)
            case (false, _): sender.receiveRTCP(flight.packet.bytes, at: now)
            }
        }
        drain()
        try takeEvents()
        drain()
    }

    private func drain() {
        while let packet = sender.pollPacket(at: now) {
            sentBytes += packet.bytes.count + 38
            carry(packet, isForward: true)
        }
        while let packet = receiver.pollPacket(at: now) { carry(packet, isForward: false) }
    }

    private func carry(_ packet: OutgoingPacket, isForward: Bool) {
        // SRTP's tag, which these sessions do not have, counts as well.
        let outcome = links[isForward ? 0 : 1].carry(
            packet.bytes.count + 10, conditions, at: now, random: &random)
        guard case .arrives(let times) = outcome else { return }
        for time in times { flights.insert(Flight(packet: packet, isForward: isForward), until: time) }
    }

    // MARK: The sending end

    private func sendPicture() throws {
        nextFrame = nextFrame + Self.frameInterval
        number += 1
        guard !isSuspended, !isHeld, let frame = picture.frame(number, captureTime: now.microseconds) else { return }
        var common = VideoEncoding.settings(for: adaptation.encoderSettings)
        common.contentHint = wanted.contentHint
        if stageSettings != common || stage == nil {
            let size = VideoEncoding.size(for: frame, settings: common)
            stage = try EncoderStage(width: size.width, height: size.height, settings: common)
            stageSettings = common
            wantsKeyFrame = true
        }
        guard let stage else { return }
        plan = EncodingPlan(
            [0: EncodingPlan.Wish(bitrate: adaptation.settings.bitrate, divisor: adaptation.step.divisor)])
        let forced = wantsKeyFrame
        wantsKeyFrame = false
        let result = stage.encode(frame, forceKeyFrame: forced, plan: plan)
        if case .skipped = result { return }
        let encoded: EncodedVideo? = if case .encoded(let video) = result { video } else { nil }
        if encoded == nil, forced { wantsKeyFrame = true }
        if let encoded {
            sizes.insert(encoded.height)
            sender.sendVideo(
                mid: "v", frame: encoded.bytes, codec: VideoCodec(rawValue: encoded.codec),
                isKeyFrame: encoded.isKeyFrame, temporalLayer: encoded.temporalLayer, captureTime: now, at: now)
        }
        adaptation.record(
            stage.measure(encoded, of: frame, encodeTime: 5_000, plan: plan, at: now.microseconds))
    }

    // MARK: The receiving end

    private func takeEvents() throws {
        while let event = sender.pollEvent() {
            switch event {
            case .targetBitrateChanged(let video, _):
                var available = wanted
                available.bitrate = min(max(video, wanted.minimumBitrate), wanted.bitrate)
                adaptation.update(available, at: now.microseconds)
            case .keyFrameRequested: wantsKeyFrame = true
            case .videoSuspended(let isSuspended): self.isSuspended = isSuspended
            case .videoHeld(let isHeld): self.isHeld = isHeld
            default: break
            }
        }
        while let event = receiver.pollEvent() {
            guard case .videoFrame(_, let frame) = event else { continue }
            if frame.isKeyFrame, decoder == nil { decoder = try PictureDecoder(codec: setting.codec) }
            do {
                if let decoded = try decoder?.decode(frame.bytes) { show(decoded) }
            } catch {
                decoder = nil
                receiver.requestKeyFrame(mid: "v", at: now)
            }
        }
    }

    private func show(_ decoded: VideoFrame) {
        let isRightSize = decoded.width == setting.width && decoded.height == setting.height
        guard
            let frame = isRightSize ? decoded : decoded.scaled(width: setting.width, height: setting.height, from: pool)
        else { return }
        let code = Timecode(readingFrom: frame)
        var picture = Shown(time: now, delay: code.map { .microseconds(now.microseconds - $0.captureTime) })
        if let code, shown.count.isMultiple(of: setting.judged),
            let original = self.picture.frame(code.frameNumber, captureTime: code.captureTime)
        {
            picture.fidelity = PictureFidelity(
                .init(samples: original.y, stride: original.yStride), .init(samples: frame.y, stride: frame.yStride),
                width: frame.width, height: frame.height)
        }
        shown.append(picture)
    }
}
