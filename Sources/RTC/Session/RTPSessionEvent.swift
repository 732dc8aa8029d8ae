/// One packet of received sound, not yet decoded.
package struct ReceivedAudio: Sendable {
    /// Never wraps.
    package var sequenceNumber: Int64
    package var timestamp: UInt32
    package var payload: [UInt8]
    package var arrival: Instant
}

/// One whole received picture, not yet decoded.
package struct ReceivedVideoFrame: Sendable {
    package var bytes: [UInt8]
    package var isKeyFrame: Bool
    package var rtpTimestamp: UInt32
    /// When it is to be shown: later than its arrival only for lip-sync.
    package var playoutTime: Instant
}

/// What an `RTPSession` tells its owner.
package enum RTPSessionEvent: Sendable {
    case audioPacket(mid: String, ReceivedAudio)
    case videoFrame(mid: String, ReceivedVideoFrame)
    case keyFrameRequested(mid: String)
    case lossReport(mid: String, fraction: Double)
    case bye(mid: String)
}

/// A plain packet to be encrypted and sent.
package struct OutgoingPacket: Sendable {
    package var bytes: [UInt8]
    package var isRTCP: Bool
}
