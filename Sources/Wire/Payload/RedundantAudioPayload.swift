/// Several pieces of sound in one RTP payload (RFC 2198): the packet's own one last, and before it, oldest first, pieces
/// that were sent before and are repeated in case they were lost.
package struct RedundantAudioPayload: Hashable, Sendable {
    /// A piece that was sent before.
    package struct Block: Hashable, Sendable {
        package var payloadType: UInt8
        /// How much older than the packet's own piece it is, in units of the RTP clock: 0...`maximumOffset`.
        package var timestampOffset: UInt16
        /// Shares the datagram's memory; 0...`maximumBlockByteCount` bytes.
        package var data: ArraySlice<UInt8>

        package init(payloadType: UInt8, timestampOffset: UInt16, data: ArraySlice<UInt8>) {
            self.payloadType = payloadType
            self.timestampOffset = timestampOffset
            self.data = data
        }
    }

    /// 14 bits.
    package static let maximumOffset = 0x3FFF
    /// 10 bits.
    package static let maximumBlockByteCount = 0x3FF
    /// More blocks than this nobody sends for good.
    package static let maximumBlockCount = 32
    /// Bytes of the header of a block, and of the last header, which stands for the packet's own piece.
    package static let headerByteCount = 4
    package static let lastHeaderByteCount = 1

    /// Oldest first.
    package var blocks: [Block]
    package var payloadType: UInt8
    /// The packet's own piece.
    package var data: ArraySlice<UInt8>

    package init(blocks: [Block], payloadType: UInt8, data: ArraySlice<UInt8>) {
        self.blocks = blocks
        self.payloadType = payloadType
        self.data = data
    }

    /// - Throws: `truncated` for headers or blocks that are cut, `tooMany` for more than `maximumBlockCount`.
    package init(parsing payload: ArraySlice<UInt8>) throws(WireError) {
        var reader = ByteReader(payload)
        var headers: [(payloadType: UInt8, offset: UInt16, count: Int)] = []
        var first = try reader.readUInt8()
        while first & 0x80 != 0 {
            guard headers.count < Self.maximumBlockCount else { throw .tooMany("redundant blocks") }
            let rest = try reader.readUInt24()
            headers.append(
                (first & 0x7F, UInt16(truncatingIfNeeded: rest >> 10), Int(rest & 0x3FF)))
            first = try reader.readUInt8()
        }
        payloadType = first & 0x7F
        blocks = []
        blocks.reserveCapacity(headers.count)
        for header in headers {
            blocks.append(
                Block(
                    payloadType: header.payloadType, timestampOffset: header.offset,
                    data: try reader.readBytes(header.count)))
        }
        data = reader.rest
    }

    /// Bytes that `bytes` will have.
    package var byteCount: Int {
        blocks.reduce(Self.lastHeaderByteCount + data.count) { $0 + Self.headerByteCount + $1.data.count }
    }

    /// The payload. Fields that do not fit their bits, which the caller should not allow, are cut.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        for block in blocks {
            bytes.append(block.payloadType | 0x80)
            bytes.writeUInt24(UInt32(block.timestampOffset & 0x3FFF) << 10 | UInt32(block.data.count & 0x3FF))
        }
        bytes.append(payloadType & 0x7F)
        for block in blocks { bytes.append(contentsOf: block.data.prefix(Self.maximumBlockByteCount)) }
        bytes.append(contentsOf: data)
        return bytes
    }
}
