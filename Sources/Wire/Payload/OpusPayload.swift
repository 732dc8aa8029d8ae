/// What an Opus packet tells without being decoded (RFC 6716 §3, RFC 7587).
package struct OpusPayload: Hashable, Sendable {
    /// Samples a channel at 48 kHz that the packet stands for: 120...5760 (2.5 to 120 ms).
    package let sampleCount: Int
    package let isStereo: Bool
    /// The packet says "nothing to hear" (discontinuous transmission): one or two bytes.
    package let isDiscontinuous: Bool
    /// The packet holds a copy, of lesser quality, of the 10 to 60 ms before it (RFC 6716 §4.2.3: the LBRR flag).
    package let carriesForwardErrorCorrection: Bool

    /// The RTP clock of Opus, whatever the coder's own rate (RFC 7587 §4.1).
    package static let clockRate = 48_000

    /// Throws `truncated` for an empty payload and `malformed` for a frame count of zero or over 120 ms.
    package init(parsing payload: ArraySlice<UInt8>) throws(WireError) {
        let start = payload.startIndex
        try self.init(byteCount: payload.count) { payload[start + $0] }
    }

    /// As above, for the audio thread: nothing generic here, which would allocate where it is not specialised.
    package init(parsing payload: UnsafeRawBufferPointer) throws(WireError) {
        try self.init(byteCount: payload.count) { payload[$0] }
    }

    /// - Parameter byte: asked for indices below `byteCount` only.
    private init(byteCount: Int, byte: (Int) -> UInt8) throws(WireError) {
        guard byteCount > 0 else { throw .truncated }
        let contents = byte(0)
        let configuration = Int(contents >> 3)
        let frame = Self.samplesPerFrame(configuration)
        isStereo = contents & 4 != 0
        isDiscontinuous = byteCount <= 2
        let frames: Int
        switch contents & 3 {
        case 0: frames = 1
        case 1, 2: frames = 2
        default:
            guard byteCount > 1 else { throw .truncated }
            frames = Int(byte(1) & 0x3F)
        }
        guard frames > 0, frames * frame <= 5760 else { throw .malformed("Opus frame count") }
        sampleCount = frames * frame
        guard configuration < 16, let start = Self.firstFrame(frames, byteCount: byteCount, byte: byte) else {
            carriesForwardErrorCorrection = false
            return
        }
        // The first bits of a SILK frame: one of voice activity for each 20 ms, then the LBRR flag; then for the side.
        let activityFlags = max(frame / 960, 1)
        let flags = byte(start) << activityFlags
        carriesForwardErrorCorrection = flags & 0x80 != 0 || (isStereo && (flags << (activityFlags + 1)) & 0x80 != 0)
    }

    /// Where the first frame's bytes begin (RFC 6716 §3.2); nil where it has none.
    private static func firstFrame(_ frames: Int, byteCount: Int, byte: (Int) -> UInt8) -> Int? {
        let code = byte(0) & 3
        var index = code == 3 ? 2 : 1
        if code == 3, byte(1) & 0x40 != 0 {
            // Padding lies at the end; its length takes a byte more for each 254.
            while index < byteCount, byte(index) == 255 { index += 1 }
            index += 1
        }
        let isVariable = code == 2 || (code == 3 && byte(1) & 0x80 != 0)
        var isEmpty = false
        for frame in 0..<(isVariable ? frames - 1 : 0) {
            guard index < byteCount else { return nil }
            if frame == 0 { isEmpty = byte(index) == 0 }
            index += byte(index) < 252 ? 1 : 2
        }
        return isEmpty || index >= byteCount ? nil : index
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
