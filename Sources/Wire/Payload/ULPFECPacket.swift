/// What of an RTP packet forward error correction protects (RFC 5109 §9.1): all but its sequence number and source. Strings
/// are combined by exclusive or; a lost packet's is that of the protection and of all others combined.
package struct ProtectionString: Hashable, Sendable {
    /// The first two bytes, without the version.
    private var head: UInt16 = 0
    private var timestamp: UInt32 = 0
    /// Bytes behind the fixed header.
    private var length: UInt16 = 0
    private var body: [UInt8] = []

    /// Nothing protected yet.
    package init() {}

    /// A whole packet, fixed header and all; what is no such packet counts as nothing.
    package init(packet bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let head = try? reader.readUInt16(), (try? reader.skip(2)) != nil,
            let timestamp = try? reader.readUInt32(), (try? reader.skip(4)) != nil
        else { return }
        self.head = head & 0x3FFF
        self.timestamp = timestamp
        body = Array(reader.rest)
        length = UInt16(truncatingIfNeeded: body.count)
    }

    /// Takes another packet in, by exclusive or (RFC 5109 §8).
    package mutating func combine(_ other: ProtectionString) {
        head ^= other.head
        timestamp ^= other.timestamp
        length ^= other.length
        if body.count < other.body.count { body += [UInt8](repeating: 0, count: other.body.count - body.count) }
        for index in other.body.indices { body[index] ^= other.body[index] }
    }

    /// The packet that this string is of; nil when it cannot be one.
    package func packet(sequenceNumber: UInt16, ssrc: UInt32) -> [UInt8]? {
        guard Int(length) <= body.count else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(RTPPacket.headerByteCount + Int(length))
        bytes.write(head | 0x8000)
        bytes.write(sequenceNumber)
        bytes.write(timestamp)
        bytes.write(ssrc)
        bytes += body.prefix(Int(length))
        return bytes
    }

    fileprivate init(head: UInt16, timestamp: UInt32, length: UInt16, body: [UInt8]) {
        self.head = head
        self.timestamp = timestamp
        self.length = length
        self.body = body
    }

    fileprivate func writeHead(base: UInt16, isLong: Bool, to bytes: inout [UInt8]) {
        bytes.write(head | (isLong ? 0x4000 : 0))
        bytes.write(base)
        bytes.write(timestamp)
        bytes.write(length)
        bytes.write(UInt16(truncatingIfNeeded: body.count))
    }

    fileprivate func writeBody(to bytes: inout [UInt8]) { bytes += body }
}

/// The payload of a protection packet with one level (RFC 5109 §7).
package struct ULPFECPacket: Hashable, Sendable {
    /// The farthest protected packet, counted from the base, is one less.
    package static let maximumSpan = 48
    /// Bytes before what is protected, the long mask included.
    package static let headerByteCount = 18

    package var base: UInt16
    /// How far behind the base each protected packet is, ascending: 0..<`maximumSpan`.
    package var offsets: [Int]
    package var string: ProtectionString

    package init(base: UInt16, offsets: [Int], string: ProtectionString) {
        self.base = base
        self.offsets = offsets
        self.string = string
    }

    /// Levels above the first one, which protect the starts of packets better than their ends, are passed over.
    ///
    /// Throws `truncated`, `unsupported` for the extension flag, and `malformed` when nothing is protected.
    package init(parsing payload: ArraySlice<UInt8>) throws(WireError) {
        var reader = ByteReader(payload)
        let head = try reader.readUInt16()
        guard head & 0x8000 == 0 else { throw .unsupported("FEC extension") }
        base = try reader.readUInt16()
        let timestamp = try reader.readUInt32()
        let length = try reader.readUInt16()
        let protectedCount = Int(try reader.readUInt16())
        var mask = UInt64(try reader.readUInt16()) << 32
        if head & 0x4000 != 0 { mask |= UInt64(try reader.readUInt32()) }
        guard mask != 0 else { throw .malformed("FEC mask") }
        offsets = (0..<Self.maximumSpan).filter { mask >> UInt64(Self.maximumSpan - 1 - $0) & 1 != 0 }
        string = ProtectionString(
            head: head & 0x3FFF, timestamp: timestamp, length: length,
            body: Array(try reader.readBytes(protectedCount)))
    }

    package var bytes: [UInt8] {
        var mask: UInt64 = 0
        for offset in offsets where (0..<Self.maximumSpan).contains(offset) {
            mask |= 1 << UInt64(Self.maximumSpan - 1 - offset)
        }
        let isLong = mask & 0xFFFF_FFFF != 0
        var bytes: [UInt8] = []
        string.writeHead(base: base, isLong: isLong, to: &bytes)
        bytes.write(UInt16(truncatingIfNeeded: mask >> 32))
        if isLong { bytes.write(UInt32(truncatingIfNeeded: mask)) }
        string.writeBody(to: &bytes)
        return bytes
    }
}
