import Wire

/// One packet on its way to the pacer. What depends on the moment of sending is stamped there.
struct QueuedPacket: Sendable {
    var packet: RTPPacket
    /// When the pacer got it, for its limit on age.
    var queued: Instant
}

/// One outgoing media section: numbering, header extensions, history for retransmission, and its counters.
struct RTPSender: Sendable {
    /// Packets kept for retransmission: about a second of 6 Mbit/s.
    private static let historyCap = 1024
    /// Largest RTP payload: 1200 bytes of datagram less header, extensions and SRTP trailer.
    static let payloadLimit = 1120

    let media: NegotiatedMedia
    private(set) var sequenceNumber: UInt16
    private(set) var rtxSequenceNumber: UInt16
    private let timestampOffset: UInt32
    private var pictureID: UInt16
    private var history: [RTPPacket?]
    private var lastResent: [UInt16: Instant] = [:]
    /// Whether the far side has reported on the SSRC, so that it knows where it belongs (M6).
    var isAcknowledged = false
    var isRTXAcknowledged = false
    private(set) var lastTimestamp: UInt32 = 0
    private(set) var lastCapture = Instant.zero
    private(set) var packetsSent = 0
    private(set) var bytesSent = 0
    private(set) var headerBytesSent = 0
    private(set) var retransmittedPacketsSent = 0
    private(set) var retransmittedBytesSent = 0
    private(set) var framesSent = 0
    private(set) var keyFramesSent = 0
    var nackCount = 0
    var pliCount = 0
    var firCount = 0
    var lastFIRNumber: UInt8?
    /// Of the far side's last report.
    var remoteReport: RemoteReport?

    struct RemoteReport: Sendable {
        var fractionLost: Double
        var totalLost: Int
        var jitter: Double
        var roundTripTime: Double?
        var totalRoundTripTime = 0.0
        var measurements = 0
    }

    init(media: NegotiatedMedia, random: inout RandomSource) {
        self.media = media
        // Below 2^15, so that SRTP's roll-over counter is never in doubt at the start.
        sequenceNumber = UInt16.random(in: 1..<0x7FFF, using: &random)
        rtxSequenceNumber = UInt16.random(in: 1..<0x7FFF, using: &random)
        timestampOffset = UInt32.random(in: 0...UInt32.max, using: &random)
        pictureID = UInt16.random(in: 0..<0x7FFF, using: &random)
        history = Array(repeating: nil, count: media.kind == .video ? Self.historyCap : 64)
    }

    /// Same numbering and history under a new agreement.
    func renegotiated(_ media: NegotiatedMedia) -> RTPSender {
        var copy = RTPSender(copying: self, media: media)
        copy.isAcknowledged = isAcknowledged && media.extensions == self.media.extensions
        return copy
    }

    private init(copying other: RTPSender, media: NegotiatedMedia) {
        self.media = media
        sequenceNumber = other.sequenceNumber
        rtxSequenceNumber = other.rtxSequenceNumber
        timestampOffset = other.timestampOffset
        pictureID = other.pictureID
        history = other.history
        lastTimestamp = other.lastTimestamp
        lastCapture = other.lastCapture
        packetsSent = other.packetsSent
        bytesSent = other.bytesSent
        headerBytesSent = other.headerBytesSent
        retransmittedPacketsSent = other.retransmittedPacketsSent
        retransmittedBytesSent = other.retransmittedBytesSent
        framesSent = other.framesSent
        keyFramesSent = other.keyFramesSent
        nackCount = other.nackCount
        pliCount = other.pliCount
        firCount = other.firCount
        remoteReport = other.remoteReport
    }

    var codec: NegotiatedCodec? { media.codecs.first }

    /// RTP time of a capture time, on this sender's clock.
    func timestamp(at capture: Instant) -> UInt32 {
        let rate = Int64(codec?.clockRate ?? 90_000)
        let units = capture.microseconds / 1_000_000 &* rate &+ capture.microseconds % 1_000_000 &* rate / 1_000_000
        return UInt32(truncatingIfNeeded: units) &+ timestampOffset
    }

    mutating func packetizeAudio(_ payload: [UInt8], capture: Instant, level: UInt8, voice: Bool) -> RTPPacket? {
        guard let codec, payload.count <= Self.payloadLimit else { return nil }
        note(capture: capture)
        var extensions = identification(isRTX: false)
        if let id = media.extensions.audioLevel {
            extensions.append(RTPPacket.Extension(id: id, data: [(voice ? 0x80 : 0) | level & 0x7F]))
        }
        return makePacket(codec: codec, marker: false, extensions: extensions, payload: payload)
    }

    mutating func packetizeVideo(_ frame: [UInt8], isKeyFrame: Bool, capture: Instant) -> [RTPPacket] {
        guard let codec, codec.name == "vp8", !frame.isEmpty else { return [] }
        note(capture: capture)
        framesSent += 1
        if isKeyFrame { keyFramesSent += 1 }
        pictureID = (pictureID &+ 1) & 0x7FFF
        let payloads = VP8Packetizer.packetize(frame, pictureID: pictureID, limit: Self.payloadLimit)
        return payloads.enumerated().map { index, payload in
            let packet = makePacket(
                codec: codec, marker: index == payloads.count - 1, extensions: identification(isRTX: false),
                payload: payload)
            history[Int(packet.sequenceNumber) % history.count] = packet
            return packet
        }
    }

    private mutating func note(capture: Instant) {
        lastCapture = capture
        lastTimestamp = timestamp(at: capture)
    }

    /// The section's name on every packet, until the far side is known to have understood.
    private func identification(isRTX: Bool) -> [RTPPacket.Extension] {
        guard let id = media.extensions.mid, !(isRTX ? isRTXAcknowledged : isAcknowledged) else { return [] }
        return [RTPPacket.Extension(id: id, data: Array(media.mid.utf8))]
    }

    private mutating func makePacket(
        codec: NegotiatedCodec, marker: Bool, extensions: [RTPPacket.Extension], payload: [UInt8]
    ) -> RTPPacket {
        sequenceNumber &+= 1
        return RTPPacket(
            marker: marker, payloadType: codec.payloadType, sequenceNumber: sequenceNumber, timestamp: lastTimestamp,
            ssrc: media.localSSRC, extensions: extensions, payload: payload)
    }

    /// A retransmission (RFC 4588): in its own stream where that was agreed, else the same packet again.
    ///
    /// Nil when the packet is not kept any more, or was sent again less than a round trip ago.
    mutating func retransmission(of number: UInt16, at now: Instant, roundTrip: Duration) -> RTPPacket? {
        guard let original = history[Int(number) % history.count], original.sequenceNumber == number else { return nil }
        if let before = lastResent[number], now - before < max(roundTrip, .milliseconds(10)) { return nil }
        if lastResent.count > 512 { lastResent = lastResent.filter { now - $0.value < .seconds(1) } }
        lastResent[number] = now
        guard let payloadType = codec?.rtxPayloadType, let ssrc = media.localRTXSSRC else { return original }
        rtxSequenceNumber &+= 1
        return RTPPacket(
            marker: original.marker, payloadType: payloadType, sequenceNumber: rtxSequenceNumber,
            timestamp: original.timestamp, ssrc: ssrc, extensions: identification(isRTX: true),
            payload: [UInt8(number >> 8), UInt8(number & 0xFF)] + original.payload)
    }

    /// The packet has left.
    mutating func sent(_ packet: RTPPacket, byteCount: Int, isRetransmission: Bool) {
        packetsSent += 1
        bytesSent += packet.payload.count
        headerBytesSent += byteCount - packet.payload.count
        guard isRetransmission else { return }
        retransmittedPacketsSent += 1
        retransmittedBytesSent += packet.payload.count
    }
}
