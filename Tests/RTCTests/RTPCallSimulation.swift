import RTC
import Testing
import Wire

/// A seeded path that loses, delays, overtakes and doubles packets.
struct RTPTestLink {
    var lossRate = 0.0
    var delay = Duration.milliseconds(10)
    var jitter = Duration.zero
    var duplicateRate = 0.0

    /// Arrival times of one packet: none when lost, two when doubled.
    func arrivals(at now: Instant, random: inout RandomSource) -> [Instant] {
        guard Double.random(in: 0..<1, using: &random) >= lossRate else { return [] }
        let copies = Double.random(in: 0..<1, using: &random) < duplicateRate ? 2 : 1
        return (0..<copies).map { _ in
            now + delay + .microseconds(Int64.random(in: 0...max(jitter.wholeMicroseconds, 0), using: &random))
        }
    }
}

/// Two sessions with an audio and a video section each, one link between them, and time that only this test moves.
struct RTPCallSimulation {
    enum Side: Int, CaseIterable {
        case left, right
        var other: Side { self == .left ? .right : .left }
    }

    struct Flight {
        var arrival: Instant
        var order: Int
        var packet: OutgoingPacket
        var destination: Side
    }

    /// What one side has seen and made.
    struct Endpoint {
        var session: RTPSession
        var video: [ReceivedVideoFrame] = []
        /// When each frame of `video` was handed out.
        var videoTimes: [Instant] = []
        var audio: [ReceivedAudio] = []
        var byes: [String] = []
        var keyFrameRequests = 0
        var sourceChanges = 0
        var lossReports: [Double] = []
        var roundTripTimes: [Duration] = []
        var largestPacket = 0
        /// Control packets that it sent, and when.
        var control: [(time: Instant, bytes: [UInt8])] = []
        var sentPackets = 0
        var wantsKeyFrame = false
        var nextVideo: Instant?
        var nextAudio: Instant?
        var frameNumber: UInt32 = 0
        var lastReference: UInt32 = 0
    }

    var now = Instant.zero
    var endpoints: [Endpoint]
    var link = RTPTestLink()
    /// Bytes of an ordinary frame and of a key frame.
    var frameByteCount = 4000
    var keyFrameByteCount = 30_000
    /// What the first byte of a frame looks like.
    var codec = VideoCodec.vp8
    private var random: RandomSource
    private var flights: [Flight] = []
    private var order = 0

    static let ntpOffset: UInt64 = 0xEE00_0000 << 32

    init(seed: UInt64, configure: (Side, inout [NegotiatedMedia]) -> Void = { _, _ in }) {
        random = .seeded(seed)
        endpoints = Side.allCases.map { side in
            var media = [Self.audio(side), Self.video(side)]
            configure(side, &media)
            var session = RTPSession(
                cname: "side\(side.rawValue)", random: .seeded(seed &+ UInt64(side.rawValue) &+ 100),
                ntpOffset: Self.ntpOffset)
            session.configure(media, at: .zero)
            session.transportReady(at: .zero)
            return Endpoint(session: session)
        }
    }

    static func audio(_ side: Side) -> NegotiatedMedia {
        var extensions = HeaderExtensionIDs()
        extensions.audioLevel = 1
        extensions.transportWideCC = 3
        extensions.mid = 4
        let opus = NegotiatedCodec(
            name: "opus", payloadType: 111, clockRate: 48_000, channels: 2, parameters: ["useinbandfec": "1"],
            transportWideCC: true)
        return NegotiatedMedia(
            mid: "a", kind: .audio, direction: .sendrecv, codecs: [opus], extensions: extensions,
            localSSRC: UInt32(1000 + side.rawValue), remoteStreamID: "stream")
    }

    static func video(_ side: Side) -> NegotiatedMedia {
        var extensions = HeaderExtensionIDs()
        extensions.transportWideCC = 3
        extensions.mid = 4
        extensions.absoluteSendTime = 2
        let vp8 = NegotiatedCodec(
            name: "vp8", payloadType: 96, rtxPayloadType: 97, clockRate: 90_000, nack: true,
            pictureLossIndication: true, fullIntraRequest: true, transportWideCC: true)
        return NegotiatedMedia(
            mid: "v", kind: .video, direction: .sendrecv, codecs: [vp8], extensions: extensions,
            localSSRC: UInt32(2000 + side.rawValue), localRTXSSRC: UInt32(3000 + side.rawValue),
            remoteStreamID: "stream")
    }

    subscript(side: Side) -> Endpoint {
        get { endpoints[side.rawValue] }
        _modify { yield &endpoints[side.rawValue] }
    }

    // MARK: Media

    mutating func startVideo(_ side: Side) { self[side].nextVideo = now }
    mutating func startAudio(_ side: Side) { self[side].nextAudio = now }

    /// A frame that says its number and the number that it refers to, as a decoder would need it.
    private mutating func sendVideo(_ side: Side) {
        let isKey = self[side].wantsKeyFrame || self[side].frameNumber == 0
        self[side].wantsKeyFrame = false
        self[side].frameNumber += 1
        let number = self[side].frameNumber
        var frame: [UInt8] = codec == .vp8 ? [isKey ? 0x10 : 0x11] : [isKey ? 0x82 : 0x86]
        frame.write(number)
        frame.write(isKey ? number : self[side].lastReference)
        self[side].lastReference = number
        frame += (frame.count..<(isKey ? keyFrameByteCount : frameByteCount)).map { UInt8(truncatingIfNeeded: $0) }
        self[side].session.sendVideo(
            mid: "v", frame: frame, codec: codec, isKeyFrame: isKey, captureTime: now, at: now)
        self[side].nextVideo = now + .microseconds(33_333)
    }

    private mutating func sendAudio(_ side: Side) {
        self[side].session.sendAudio(
            mid: "a", payload: [0x78] + Array(repeating: 7, count: 79), sampleCount: 960,
            captureTime: now - .milliseconds(20), level: 40, voiceActivity: true, at: now)
        self[side].nextAudio = now + .milliseconds(20)
    }

    // MARK: Time

    mutating func run(for duration: Duration) {
        let end = now + duration
        while true {
            for side in Side.allCases { drain(side) }
            var next = flights.map(\.arrival).min()
            for side in Side.allCases {
                next = earliest(next, self[side].session.nextTimeout)
                next = earliest(next, earliest(self[side].nextVideo, self[side].nextAudio))
            }
            guard let next, next <= end else { break }
            now = max(now, next)
            step()
        }
        now = end
    }

    private mutating func step() {
        for side in Side.allCases {
            if let due = self[side].nextVideo, due <= now { sendVideo(side) }
            if let due = self[side].nextAudio, due <= now { sendAudio(side) }
            if let due = self[side].session.nextTimeout, due <= now { self[side].session.handleTimeout(at: now) }
        }
        let due = flights.filter { $0.arrival <= now }.sorted { ($0.arrival, $0.order) < ($1.arrival, $1.order) }
        flights.removeAll { $0.arrival <= now }
        for flight in due {
            if flight.packet.isRTCP {
                self[flight.destination].session.receiveRTCP(flight.packet.bytes, at: now)
            } else {
                self[flight.destination].session.receiveRTP(flight.packet.bytes, at: now)
            }
            drain(flight.destination)
        }
    }

    mutating func drain(_ side: Side) {
        while let packet = self[side].session.pollPacket(at: now) {
            self[side].largestPacket = max(self[side].largestPacket, packet.bytes.count)
            self[side].sentPackets += 1
            if packet.isRTCP { self[side].control.append((now, packet.bytes)) }
            for arrival in link.arrivals(at: now, random: &random) {
                order += 1
                flights.append(Flight(arrival: arrival, order: order, packet: packet, destination: side.other))
            }
        }
        while let event = self[side].session.pollEvent() {
            switch event {
            case .audioPacket(_, let packet): self[side].audio.append(packet)
            case .videoFrame(_, let frame):
                self[side].video.append(frame)
                self[side].videoTimes.append(now)
            case .sourceChanged: self[side].sourceChanges += 1
            case .keyFrameRequested:
                self[side].keyFrameRequests += 1
                self[side].wantsKeyFrame = true
            case .bye(let mid): self[side].byes.append(mid)
            case .roundTripTime(let time): self[side].roundTripTimes.append(time)
            case .lossReport(_, let fraction): self[side].lossReports.append(fraction)
            case .remoteBitrateLimit, .targetBitrateChanged, .videoSuspended, .videoHeld: break
            }
        }
    }

    // MARK: Looking at it

    /// True when a decoder could decode all frames in the order in which they were handed out.
    static func isDecodable(_ frames: [ReceivedVideoFrame]) -> Bool {
        var last: UInt32?
        for frame in frames {
            guard let (number, reference) = numbers(of: frame) else { return false }
            guard frame.isKeyFrame || reference == last else { return false }
            last = number
        }
        return true
    }

    static func numbers(of frame: ReceivedVideoFrame) -> (number: UInt32, reference: UInt32)? {
        var reader = ByteReader(frame.bytes)
        guard (try? reader.skip(1)) != nil, let number = try? reader.readUInt32(),
            let reference = try? reader.readUInt32()
        else { return nil }
        return (number, reference)
    }

    func record(_ type: String, _ side: Side, _ mid: String) -> StatisticsRecord? {
        self[side].session.statistics(at: now).first { $0.type == type && $0["mid"] == .text(mid) }
    }

    func value(_ name: String, _ type: String, _ side: Side, _ mid: String) -> Double? {
        record(type, side, mid)?[name]?.doubleValue
    }
}

/// The next packet of the session; fails the test when there is none.
func nextRTPPacket(_ session: inout RTPSession, at now: Instant) throws -> OutgoingPacket {
    let packet = session.pollPacket(at: now)
    return try #require(packet)
}
