/// What `RTPSession` tells its owner.
package enum RTPSessionEvent: Sendable {
    /// A packet of sound, as soon as it arrived; feed it to the section's `AudioJitterBuffer`.
    case audioPacket(mid: String, ReceivedAudio)
    /// A complete, decodable picture that is due for decoding and showing.
    case videoFrame(mid: String, ReceivedVideoFrame)
    /// The section's far side sends from a new source, or numbers anew: reset jitter buffer and decoder.
    case sourceChanged(mid: String)
    /// The far side, or this session itself, needs a key frame from our encoder. Already throttled.
    case keyFrameRequested(mid: String)
    /// The far side has ended the section's stream (RFC 3550 §6.6).
    case bye(mid: String)
    /// A new measurement of the round trip, smoothed.
    case roundTripTime(Duration)
    /// How the far side gets what we send: the share lost, 0...1, smoothed over some seconds; told about once a second.
    /// For Opus' expected-loss setting.
    case lossReport(mid: String, fraction: Double)
    /// Encoders should make this much, bit/s: all pictures together, and what all streams may send. Falls are told at
    /// once, rises at most five times a second. With several video sections, `videoTargetBitrate(mid:)` tells each one's.
    case targetBitrateChanged(video: Int, total: Int)
    /// The path carries no pictures beside the sound, or does again: until then, pictures are not taken.
    case videoSuspended(Bool)
    /// So much is on its way without an answer that pictures should wait, or no longer: those that are not made yet are best
    /// not made. A matter of tenths of a second.
    case videoHeld(Bool)
    /// REMB: what the far side believes it can receive, bit/s (used only where transport-wide feedback is not).
    case remoteBitrateLimit(Int)
}

/// One packet to protect and send.
package struct OutgoingPacket: Hashable, Sendable {
    /// In the clear, with spare capacity for the SRTP or SRTCP trailer.
    package var bytes: [UInt8]
    package var isRTCP: Bool
}
