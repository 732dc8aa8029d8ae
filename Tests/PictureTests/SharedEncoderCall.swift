import RTC
import TestSupport
import Wire

@testable import Media

/// Several calls of one installation in virtual time, over one uplink, with as few encoders as suit their networks: real
/// encoders and adaptation, chosen as `MediaEngine` does; what arrives is counted, not decoded.
final class SharedEncoderCall {
    /// One correspondent.
    struct Leg {
        /// Behind the uplink.
        var path: LinkConditions
        fileprivate(set) var sender: RTPSession
        fileprivate(set) var receiver: RTPSession
        fileprivate(set) var adaptation: PictureAdaptation
        fileprivate var encoder = 0
        fileprivate var handover = EncodingHandover()
        fileprivate var handoverNumber = 0
        fileprivate var link = EmulatedLink()
        /// When pictures were handed out.
        fileprivate(set) var shown: [Instant] = []
        fileprivate(set) var arrivedBytes = 0
    }

    private final class Encoder {
        let settings: VideoSettings
        let stage: EncoderStage
        var wantsKeyFrame = true

        init(_ settings: VideoSettings, height: Int, width: Int) throws {
            self.settings = settings
            stage = try EncoderStage(width: width, height: height, settings: settings)
        }
    }

    private struct Flight: Sendable {
        var packet: OutgoingPacket
        var leg: Int
        /// Uplink, then the leg's own path; backwards at once.
        var isForward: Bool
    }

    private static let wanted = VideoSettings(width: 320, height: 180, bitrate: 1_000_000)

    private(set) var now = Instant.zero
    private(set) var legs: [Leg] = []
    private let uplink: LinkConditions
    private var uplinkState = EmulatedLink()
    private var random: RandomSource
    private var waiting = DelayQueue<Flight>()
    private var flights = DelayQueue<Flight>()
    private var encoders: [Int: Encoder] = [:]
    private var nextEncoder = 0
    private var nextFrame = Instant.zero
    private var number = 0
    private let picture = LivelyPicture(width: 320, height: 180)
    /// Encoders begun, and pictures compressed, by all of them.
    private(set) var encoderCount = 0
    private(set) var encodedCount = 0
    /// How many ran while each picture was taken.
    private(set) var running: [Int] = []

    init(uplink: LinkConditions, paths: [LinkConditions], seed: UInt64) throws {
        self.uplink = uplink
        random = .seeded(seed)
        for (index, path) in paths.enumerated() {
            var start = Self.wanted
            start.bitrate = 300_000
            var sender = Self.session(index, .sendonly, CongestionConfiguration(), seed: seed)
            sender.setVideoBitrateBounds(
                mid: "v", floor: Self.wanted.minimumBitrate, ceiling: Self.wanted.bitrate, at: now)
            legs.append(
                Leg(
                    path: path, sender: sender, receiver: Self.session(index + 100, .recvonly, nil, seed: seed),
                    adaptation: PictureAdaptation(start)))
            try connect(index)
        }
    }

    private static func session(
        _ number: Int, _ direction: TransceiverDirection, _ congestion: CongestionConfiguration?, seed: UInt64
    ) -> RTPSession {
        var extensions = HeaderExtensionIDs()
        extensions.transportWideCC = 3
        let vp8 = NegotiatedCodec(
            name: "vp8", payloadType: 96, rtxPayloadType: 97, clockRate: 90_000, nack: true,
            pictureLossIndication: true, fullIntraRequest: true, transportWideCC: true)
        let ssrc = UInt32(1000 + number * 10)
        var session = RTPSession(
            cname: "\(number)", random: .seeded(seed &+ UInt64(number)), ntpOffset: 0xEE00_0000 << 32,
            congestion: congestion)
        session.configure(
            [
                NegotiatedMedia(
                    mid: "v", kind: .video, direction: direction, codecs: [vp8], extensions: extensions,
                    localSSRC: ssrc, localRTXSSRC: ssrc + 1)
            ], at: .zero)
        session.transportReady(at: .zero)
        return session
    }

    // MARK: Encoders

    private func bitrates(of encoder: Int, without leg: Int? = nil) -> [Int] {
        legs.indices.filter { legs[$0].encoder == encoder && $0 != leg }.map { legs[$0].adaptation.settings.bitrate }
    }

    private func company(of leg: Int, _ settings: VideoSettings) -> Int? {
        let bitrate = legs[leg].adaptation.settings.bitrate
        return encoders.keys.sorted().first { key in
            key != legs[leg].encoder && encoders[key]?.settings == settings
                && EncodingPlan.canShare(bitrates(of: key) + [bitrate], for: settings.contentHint)
        }
    }

    /// As `MediaEngine.retune`, and `encoding` where that says no.
    private func follow(_ leg: Int) throws {
        let settings = VideoEncoding.settings(for: legs[leg].adaptation.encoderSettings)
        let others = bitrates(of: legs[leg].encoder, without: leg)
        if encoders[legs[leg].encoder]?.settings == settings,
            EncodingPlan.canShare(others + [legs[leg].adaptation.settings.bitrate], for: settings.contentHint),
            company(of: leg, settings) == nil || !others.isEmpty
        {
            return
        }
        try connect(leg)
    }

    private func connect(_ leg: Int) throws {
        let settings = VideoEncoding.settings(for: legs[leg].adaptation.encoderSettings)
        let old = legs[leg].encoder
        if let company = company(of: leg, settings) {
            legs[leg].encoder = company
        } else {
            nextEncoder += 1
            encoderCount += 1
            encoders[nextEncoder] = try Encoder(settings, height: settings.height, width: settings.width)
            legs[leg].encoder = nextEncoder
        }
        encoders[legs[leg].encoder]?.wantsKeyFrame = true
        legs[leg].handoverNumber = legs[leg].handover.begin()
        if !legs.contains(where: { $0.encoder == old }) { encoders[old] = nil }
    }

    private func takePicture() throws {
        nextFrame = nextFrame + .microseconds(33_333)
        number += 1
        guard let frame = picture.frame(number, captureTime: now.microseconds) else { return }
        running.append(encoders.count)
        for (key, encoder) in encoders {
            let members = legs.indices.filter { legs[$0].encoder == key }
            let wishes = members.map { leg in
                (
                    leg,
                    EncodingPlan.Wish(
                        bitrate: legs[leg].adaptation.settings.bitrate, divisor: legs[leg].adaptation.step.divisor)
                )
            }
            let plan = EncodingPlan(Dictionary(uniqueKeysWithValues: wishes))
            let forced = encoder.wantsKeyFrame
            encoder.wantsKeyFrame = false
            let result = encoder.stage.encode(frame, forceKeyFrame: forced, plan: plan)
            if case .skipped = result { continue }
            let encoded: EncodedVideo? = if case .encoded(let video) = result { video } else { nil }
            if encoded == nil, forced { encoder.wantsKeyFrame = true }
            if encoded != nil { encodedCount += 1 }
            let measurement = encoder.stage.measure(
                encoded, of: frame, encodeTime: 5_000, plan: plan, at: now.microseconds)
            for leg in members {
                if let encoded, encoded.isKeyFrame || plan.sends(encoder.stage.number, to: leg),
                    legs[leg].handover.admit(encoded, of: legs[leg].handoverNumber)
                {
                    legs[leg].sender.sendVideo(
                        mid: "v", frame: encoded.bytes, codec: .vp8, isKeyFrame: encoded.isKeyFrame,
                        temporalLayer: encoded.temporalLayer, captureTime: now, at: now)
                }
                let before = legs[leg].adaptation.step
                legs[leg].adaptation.record(measurement)
                if legs[leg].adaptation.step != before { try follow(leg) }
            }
        }
    }

    // MARK: Time

    func run(seconds: Int) throws {
        let end = now + .seconds(seconds)
        while true {
            var next = nextFrame
            for time in [waiting.nextRelease, flights.nextRelease] { next = min(next, time ?? next) }
            for leg in legs {
                for time in [leg.sender.nextTimeout, leg.receiver.nextTimeout] { next = min(next, time ?? next) }
            }
            guard next < end else { break }
            now = max(now, next)
            if nextFrame <= now { try takePicture() }
            for index in legs.indices {
                if let due = legs[index].sender.nextTimeout, due <= now { legs[index].sender.handleTimeout(at: now) }
                if let due = legs[index].receiver.nextTimeout, due <= now {
                    legs[index].receiver.handleTimeout(at: now)
                }
            }
            deliver()
            for index in legs.indices { try drain(index) }
        }
        now = end
    }

    private func deliver() {
        while let flight = waiting.release(at: now) { carry(flight, over: legs[flight.leg].path) }
        while let flight = flights.release(at: now) {
            guard flight.isForward else {
                legs[flight.leg].sender.receiveRTCP(flight.packet.bytes, at: now)
                continue
            }
            legs[flight.leg].arrivedBytes += flight.packet.bytes.count
            if flight.packet.isRTCP {
                legs[flight.leg].receiver.receiveRTCP(flight.packet.bytes, at: now)
            } else {
                legs[flight.leg].receiver.receiveRTP(flight.packet.bytes, at: now)
            }
        }
    }

    private func carry(_ flight: Flight, over path: LinkConditions) {
        let outcome = legs[flight.leg].link.carry(flight.packet.bytes.count, path, at: now, random: &random)
        guard case .arrives(let times) = outcome else { return }
        for time in times { flights.insert(flight, until: time) }
    }

    private func drain(_ index: Int) throws {
        while let packet = legs[index].sender.pollPacket(at: now) {
            let outcome = uplinkState.carry(packet.bytes.count, uplink, at: now, random: &random)
            guard case .arrives(let times) = outcome else { continue }
            for time in times { waiting.insert(Flight(packet: packet, leg: index, isForward: true), until: time) }
        }
        while let packet = legs[index].receiver.pollPacket(at: now) {
            flights.insert(Flight(packet: packet, leg: index, isForward: false), until: now + .milliseconds(25))
        }
        while let event = legs[index].sender.pollEvent() {
            switch event {
            case .targetBitrateChanged(let video, _):
                var available = Self.wanted
                available.bitrate = min(max(video, Self.wanted.minimumBitrate), Self.wanted.bitrate)
                legs[index].adaptation.update(available, at: now.microseconds)
                try follow(index)
            case .keyFrameRequested: encoders[legs[index].encoder]?.wantsKeyFrame = true
            default: break
            }
        }
        while let event = legs[index].receiver.pollEvent() {
            if case .videoFrame = event { legs[index].shown.append(now) }
        }
    }
}
