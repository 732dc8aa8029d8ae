import Wire

/// The state of one media section (`m=` line) of the session.
struct MediaSection: Sendable {
    /// Unique in the session's life, so that the pacer's queues can name sections that may be gone.
    let identifier: Int
    var media: NegotiatedMedia
    /// Made with the first codec that can be sent; stays over pauses.
    var sender: RTPSender?
    var receiver: RTPReceiver
    /// When the next SR or RR for this section is due.
    var nextReport: Instant?
    /// Reports sent; the first come faster.
    var reportCount = 0
    var videoBounds = VideoBitrateBounds()
    /// Opus at 32 kbit/s in 20 ms packets with their headers and some reserve, bit/s.
    var audioMaximum = 48_000
    /// Bit/s; nil for what does not send video under congestion control.
    var targetBitrate: Int?

    init(identifier: Int, media: NegotiatedMedia) {
        self.identifier = identifier
        self.media = media
        receiver = RTPReceiver(media)
    }

    var mid: String { media.mid }

    /// How a codec's media is wrapped in a packet.
    enum PacketForm { case plain, retransmission, redundant }

    /// The codec that a payload type stands for, and in which form.
    func codec(payloadType: UInt8) -> (codec: NegotiatedCodec, form: PacketForm)? {
        for codec in media.codecs {
            if codec.payloadType == payloadType { return (codec, .plain) }
            if codec.rtxPayloadType == payloadType { return (codec, .retransmission) }
            if codec.redPayloadType == payloadType { return (codec, .redundant) }
        }
        // Around video, the codec is told inside; what is restored from a retransmission has that form again.
        if let protection = media.protection, var codec = media.codecs.first {
            codec.payloadType = protection.redPayloadType
            if protection.redPayloadType == payloadType { return (codec, .redundant) }
            if protection.redRTXPayloadType == payloadType { return (codec, .retransmission) }
        }
        return nil
    }

    var usesTransportWideCC: Bool {
        media.extensions.transportWideCC != nil && media.codecs.contains { $0.transportWideCC }
    }
}
