/// PLI (RFC 4585 §6.3.1): the receiver cannot decode and asks for a key frame.
package struct PictureLossIndication: Hashable, Sendable {
    package var senderSSRC: UInt32
    package var mediaSSRC: UInt32

    package init(senderSSRC: UInt32, mediaSSRC: UInt32) {
        self.senderSSRC = senderSSRC
        self.mediaSSRC = mediaSSRC
    }
}

/// FIR (RFC 5104 §4.3.1): a key frame is demanded; a repeated sequence number is a repetition of the same demand.
package struct FullIntraRequest: Hashable, Sendable {
    /// Whose key frame is demanded, and which demand it is.
    package struct Entry: Hashable, Sendable {
        package var ssrc: UInt32
        package var sequenceNumber: UInt8

        package init(ssrc: UInt32, sequenceNumber: UInt8) {
            self.ssrc = ssrc
            self.sequenceNumber = sequenceNumber
        }
    }

    /// More than any real conference asks for at once.
    package static let maximumEntryCount = 64

    package var senderSSRC: UInt32
    package var entries: [Entry]

    package init(senderSSRC: UInt32, entries: [Entry]) {
        self.senderSSRC = senderSSRC
        self.entries = entries
    }

    init(senderSSRC: UInt32, parsing reader: inout ByteReader) throws(WireError) {
        self.senderSSRC = senderSSRC
        entries = []
        while reader.remaining >= 8 {
            guard entries.count < Self.maximumEntryCount else { throw .tooMany("FIR entries") }
            entries.append(Entry(ssrc: try reader.readUInt32(), sequenceNumber: try reader.readUInt8()))
            try reader.skip(3)
        }
    }

    func write(to bytes: inout [UInt8]) {
        for entry in entries.prefix(Self.maximumEntryCount) {
            bytes.write(entry.ssrc)
            bytes.write(UInt32(entry.sequenceNumber) << 24)
        }
    }
}

/// REMB (draft-alvestrand-rmcat-remb): the receiver's estimate of what may be sent to it.
package struct ReceiverEstimatedMaximumBitrate: Hashable, Sendable {
    package var senderSSRC: UInt32
    /// Bit/s; larger values are clamped to what 64 bits hold.
    package var bitrate: UInt64
    package var ssrcs: [UInt32]

    package init(senderSSRC: UInt32, bitrate: UInt64, ssrcs: [UInt32]) {
        self.senderSSRC = senderSSRC
        self.bitrate = bitrate
        self.ssrcs = ssrcs
    }

    /// Nil for an application-layer message of another kind.
    init?(senderSSRC: UInt32, parsing reader: inout ByteReader) throws(WireError) {
        guard reader.remaining >= 8, try reader.readUInt32() == 0x5245_4D42 else { return nil }
        self.senderSSRC = senderSSRC
        let count = Int(try reader.readUInt8())
        let packed = try reader.readUInt24()
        let exponent = UInt64(packed >> 18)
        let mantissa = UInt64(packed & 0x3FFFF)
        bitrate = exponent + 18 > 63 && mantissa >> (63 - min(exponent, 63)) != 0 ? .max : mantissa << exponent
        ssrcs = []
        for _ in 0..<count { ssrcs.append(try reader.readUInt32()) }
    }

    func write(to bytes: inout [UInt8]) {
        bytes.write(UInt32(0x5245_4D42))
        var mantissa = bitrate
        var exponent: UInt32 = 0
        while mantissa > 0x3FFFF {
            mantissa >>= 1
            exponent += 1
        }
        let sources = ssrcs.prefix(255)
        bytes.write(UInt8(sources.count))
        bytes.writeUInt24(exponent << 18 | UInt32(mantissa))
        for source in sources { bytes.write(source) }
    }
}
