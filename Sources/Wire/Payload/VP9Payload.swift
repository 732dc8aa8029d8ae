/// A received VP9 RTP payload: the descriptor and the part of the frame behind it (RFC 9628 §4).
package struct VP9Payload: Hashable, Sendable {
    package var descriptor: VP9Descriptor
    /// Shares the datagram's memory. Never empty.
    package var data: ArraySlice<UInt8>

    /// Throws as `VP9Descriptor` does, and `malformed` when no VP9 data follows it.
    package init(parsing payload: ArraySlice<UInt8>) throws(WireError) {
        var reader = ByteReader(payload)
        descriptor = try VP9Descriptor(parsing: &reader)
        data = reader.rest
        guard !data.isEmpty else { throw .malformed("VP9 payload without data") }
    }

    /// True for the first packet of a key frame: nothing before it is needed, and its own header agrees.
    package var startsKeyFrame: Bool {
        descriptor.startsPicture && !descriptor.isInterPredicted && VP9FrameHeader(data)?.isKeyFrame == true
    }
}

/// The first bits of a VP9 frame (the VP9 bitstream's uncompressed header).
struct VP9FrameHeader {
    let isKeyFrame: Bool
    /// Of a key frame of profile 0.
    let size: VP9ScalabilityStructure.Size?

    /// Nil for what is no VP9 frame, or only repeats an earlier one.
    init?(_ data: ArraySlice<UInt8>) {
        guard let first = data.first, first >> 6 == 0b10 else { return nil }
        // Profiles are two bits, low one first; the highest has a reserved bit behind it.
        let profile = first >> 5 & 1 | first >> 3 & 2
        let shift = profile == 3 ? 1 : 0
        guard first & (0x08 >> shift) == 0 else { return nil }
        isKeyFrame = first & (0x04 >> shift) == 0
        size = isKeyFrame && profile == 0 ? Self.size(in: data) : nil
    }

    /// Behind the sync code and four bits of colour: twice sixteen bits, one less than the pixels.
    private static func size(in data: ArraySlice<UInt8>) -> VP9ScalabilityStructure.Size? {
        var reader = ByteReader(data)
        guard (try? reader.skip(1)) != nil, (try? reader.readUInt24()) == 0x49_83_42,
            let bits = try? reader.readBytes(5)
        else { return nil }
        let packed = bits.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let colourSpace = packed >> 37
        guard colourSpace != 7 else { return nil }
        return VP9ScalabilityStructure.Size(
            width: UInt16(truncatingIfNeeded: packed >> 20) &+ 1, height: UInt16(truncatingIfNeeded: packed >> 4) &+ 1)
    }
}
