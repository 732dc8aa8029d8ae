import Wire

/// One packet of sound as it came from the network; order, loss and playout are the jitter buffer's matter.
package struct ReceivedAudio: Hashable, Sendable {
    /// Extended beyond 16 bits: grows for ever, and leaps when the source changes or numbers anew.
    package var sequenceNumber: Int64
    /// RTP timestamp, 48 kHz for Opus.
    package var timestamp: UInt32
    /// One Opus packet.
    package var payload: [UInt8]
    /// Where the sender gave it (RFC 6464).
    package var level: AudioLevel?
    package var arrival: Instant
    /// A copy that came with a later packet (RFC 2198), handed on because the packet itself has not come.
    package var isRedundant = false
}

/// One complete, decodable picture.
package struct ReceivedVideoFrame: Hashable, Sendable {
    package var codec: VideoCodec
    package var bytes: [UInt8]
    package var isKeyFrame: Bool
    /// 90 kHz.
    package var rtpTimestamp: UInt32
    /// When it was taken by the sender's wall clock; nil before its first sender report.
    package var captureTime: NTPTime?
    /// When its first packet came, and its last.
    package var firstArrival: Instant
    package var completion: Instant
    /// When to show it: at once, or later to go with the sound. The frame is handed out no earlier.
    package var playoutTime: Instant
    package var orientation: VideoOrientation?
}
