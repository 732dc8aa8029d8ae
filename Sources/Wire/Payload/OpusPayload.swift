/// What an Opus packet tells without being decoded (RFC 6716 §3, RFC 7587).
package struct OpusPayload: Hashable, Sendable {
    /// Samples a channel at 48 kHz that the packet stands for: 120...5760 (2.5 to 120 ms).
    package let sampleCount: Int
    package let isStereo: Bool
    /// The packet says "nothing to hear" (discontinuous transmission): one or two bytes.
    package let isDiscontinuous: Bool
    /// The mode can carry in-band forward error correction: SILK or hybrid, frames of 10 ms or more.
    package let mayCarryForwardErrorCorrection: Bool

    /// The RTP clock of Opus, whatever the coder's own rate (RFC 7587 §4.1).
    package static let clockRate = 48_000

    /// Throws `truncated` for an empty payload and `malformed` for a frame count of zero or over 120 ms.
    package init(parsing payload: ArraySlice<UInt8>) throws(WireError) {
        try self.init(payload.first, payload.dropFirst().first, byteCount: payload.count)
    }

    /// As above, for the audio thread: nothing generic here, which would allocate where it is not specialised.
    package init(parsing payload: UnsafeRawBufferPointer) throws(WireError) {
        try self.init(
            payload.count > 0 ? payload[0] : nil, payload.count > 1 ? payload[1] : nil, byteCount: payload.count)
    }

    private init(_ first: UInt8?, _ second: UInt8?, byteCount: Int) throws(WireError) {
        guard let contents = first else { throw .truncated }
        let configuration = Int(contents >> 3)
        let frame = Self.samplesPerFrame(configuration)
        isStereo = contents & 4 != 0
        isDiscontinuous = byteCount <= 2
        mayCarryForwardErrorCorrection = configuration < 16
        let frames: Int
        switch contents & 3 {
        case 0: frames = 1
        case 1, 2: frames = 2
        default:
            guard let second else { throw .truncated }
            frames = Int(second & 0x3F)
        }
        guard frames > 0, frames * frame <= 5760 else { throw .malformed("Opus frame count") }
        sampleCount = frames * frame
    }

    /// RFC 6716 table 2.
    private static func samplesPerFrame(_ configuration: Int) -> Int {
        switch configuration {
        case 0..<12: configuration & 3 == 3 ? 2880 : 480 << (configuration & 3)
        case 12..<16: 480 << (configuration & 1)
        default: 120 << (configuration & 3)
        }
    }
}
