import Wire

/// What W3C `inbound-rtp` counts for one section.
struct RTPReceiverCounters: Sendable {
    /// Retransmissions included.
    var packetsReceived: Int64 = 0
    /// Payload bytes.
    var bytesReceived: Int64 = 0
    var headerBytesReceived: Int64 = 0
    var retransmittedPacketsReceived: Int64 = 0
    var retransmittedBytesReceived: Int64 = 0
    var packetsDuplicated: Int64 = 0
    var malformedPackets: Int64 = 0
    var framesReceived: Int64 = 0
    var keyFramesReceived: Int64 = 0
    var framesAssembledFromMultiplePackets: Int64 = 0
    /// First to last packet of each such frame.
    var totalAssemblyTime = Duration.zero
    /// Pictures handed out, and the time from their first packets until then.
    var jitterBufferEmittedCount: Int64 = 0
    var jitterBufferDelay = Duration.zero
    /// Pieces of sound that came once more in later packets; those that were there already; and the bytes of all.
    var fecPacketsReceived: Int64 = 0
    var fecPacketsDiscarded: Int64 = 0
    var fecBytesReceived: Int64 = 0
    /// Packets of video restored from protection.
    var fecPacketsRecovered: Int64 = 0
    /// Feedback that went out.
    var nackCount: Int64 = 0
    var pliCount: Int64 = 0

    mutating func record(_ packet: RTPPacket, byteCount: Int, isRetransmission: Bool) {
        packetsReceived += 1
        bytesReceived += Int64(packet.payload.count)
        headerBytesReceived += Int64(byteCount - packet.payload.count)
        guard isRetransmission else { return }
        retransmittedPacketsReceived += 1
        retransmittedBytesReceived += Int64(packet.payload.count)
    }

    mutating func record(_ frame: VideoFrameAssembler.Frame) {
        framesReceived += 1
        if frame.isKeyFrame { keyFramesReceived += 1 }
        guard frame.packetCount > 1 else { return }
        framesAssembledFromMultiplePackets += 1
        totalAssemblyTime += frame.completion - frame.firstArrival
    }
}
