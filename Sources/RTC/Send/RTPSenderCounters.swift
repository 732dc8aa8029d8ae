import Wire

/// One RTP packet that is ready for SRTP.
struct SentRTPPacket {
    var bytes: [UInt8]
    var ssrc: UInt32
    /// The transport-wide sequence number given was used up.
    var usesTransportSequence: Bool
    var payloadByteCount = 0
    /// It holds no media, but what restores others.
    var isProtection = false
}

/// What W3C `outbound-rtp` counts for one section.
struct RTPSenderCounters: Sendable {
    /// Handed to the pacer.
    var packetsQueued: Int64 = 0
    /// Sent, retransmissions included.
    var packetsSent: Int64 = 0
    /// Payload bytes, retransmissions included.
    var bytesSent: Int64 = 0
    var headerBytesSent: Int64 = 0
    var retransmittedPacketsSent: Int64 = 0
    var retransmittedBytesSent: Int64 = 0
    var framesSent: Int64 = 0
    var keyFramesSent: Int64 = 0
    /// What packets waited for the pacer, together.
    var totalPacketSendDelay = Duration.zero
    /// Sent for probes only; among the retransmissions above.
    var paddingPacketsSent: Int64 = 0
    /// Frames that found the pacer's queue full.
    var framesDropped: Int64 = 0
    /// Packets of sound with earlier sound in them.
    var redundantPacketsSent: Int64 = 0
    /// Packets of video that protect others, and their payload bytes.
    var fecPacketsSent: Int64 = 0
    var fecBytesSent: Int64 = 0
    /// Feedback that came in.
    var nackCount: Int64 = 0
    var pliCount: Int64 = 0
    var firCount: Int64 = 0

    mutating func recordSent(payloadByteCount: Int, packetByteCount: Int, _ isRetransmission: Bool) {
        packetsSent += 1
        bytesSent += Int64(payloadByteCount)
        headerBytesSent += Int64(packetByteCount - payloadByteCount)
        guard isRetransmission else { return }
        retransmittedPacketsSent += 1
        retransmittedBytesSent += Int64(payloadByteCount)
    }
}

/// What the far side's report blocks say about one of our streams: W3C `remote-inbound-rtp`.
struct RemoteReception: Sendable {
    private(set) var reportCount: Int64 = 0
    private(set) var fractionLost = 0.0
    private(set) var packetsLost: Int64 = 0
    /// Seconds.
    private(set) var jitter = 0.0
    private(set) var roundTripTime: Duration?
    private(set) var totalRoundTripTime = Duration.zero
    private(set) var roundTripTimeMeasurements: Int64 = 0

    mutating func record(_ block: ReportBlock, clockRate: UInt32) {
        reportCount += 1
        fractionLost = Double(block.fractionLost) / 256
        packetsLost = Int64(block.cumulativeLost)
        jitter = Double(block.jitter) / Double(max(clockRate, 1))
    }

    mutating func record(roundTripTime: Duration) {
        self.roundTripTime = roundTripTime
        totalRoundTripTime += roundTripTime
        roundTripTimeMeasurements += 1
    }
}
