/// A ChannelData message (RFC 8656 §12.4): relayed data with four bytes of header instead of a Send indication's 36.
package struct ChannelData: Hashable, Sendable {
    package static let headerByteCount = 4
    /// The numbers a client may bind (RFC 8656 §12).
    package static let numbers: ClosedRange<UInt16> = 0x4000...0x4FFF

    package var number: UInt16
    package var data: [UInt8]

    package init(number: UInt16, data: [UInt8]) {
        self.number = number
        self.data = data
    }

    /// Reads one whole datagram, or one message of a stream. What follows the data can only be padding, and is ignored.
    package init(parsing bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes)
        number = try reader.readUInt16()
        guard Self.numbers.contains(number) else { throw .malformed("TURN channel number") }
        data = Array(try reader.readBytes(Int(try reader.readUInt16())))
    }

    /// Over TCP and TLS the message is padded to a multiple of four, which over UDP is needless (RFC 8656 §12.5). What
    /// exceeds 65535 bytes, which no datagram can, is cut.
    package func serialized(padded: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(data.count + 8)
        bytes.write(number)
        bytes.write(UInt16(truncatingIfNeeded: min(data.count, 0xFFFF)))
        bytes += data.prefix(0xFFFF)
        if padded { bytes.pad(toMultipleOf: 4) }
        return bytes
    }
}
