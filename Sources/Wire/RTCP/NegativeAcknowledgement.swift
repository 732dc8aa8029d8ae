/// Generic NACK (RFC 4585 §6.2.1): sequence numbers that did not arrive.
package struct NegativeAcknowledgement: Hashable, Sendable {
    /// FCI fields in one packet; what is over goes into the next.
    package static let maximumFieldCount = 253

    package var senderSSRC: UInt32
    package var mediaSSRC: UInt32
    /// Lost sequence numbers in the order of the wire.
    package var sequenceNumbers: [UInt16]

    package init(senderSSRC: UInt32, mediaSSRC: UInt32, sequenceNumbers: [UInt16]) {
        self.senderSSRC = senderSSRC
        self.mediaSSRC = mediaSSRC
        self.sequenceNumbers = sequenceNumbers
    }

    init(senderSSRC: UInt32, mediaSSRC: UInt32, parsing reader: inout ByteReader) throws(WireError) {
        self.senderSSRC = senderSSRC
        self.mediaSSRC = mediaSSRC
        sequenceNumbers = []
        var fields = 0
        while reader.remaining >= 4 {
            fields += 1
            guard fields <= Self.maximumFieldCount else { throw .tooMany("NACK fields") }
            let first = try reader.readUInt16()
            let mask = try reader.readUInt16()
            sequenceNumbers.append(first)
            for bit in 0..<UInt16(16) where mask & (1 << bit) != 0 { sequenceNumbers.append(first &+ bit &+ 1) }
        }
    }

    /// Writes fields from `index` on and returns the index of the first number that had no room.
    func writeFields(from index: Int, to bytes: inout [UInt8]) -> Int {
        var index = index
        for _ in 0..<Self.maximumFieldCount where index < sequenceNumbers.count {
            let first = sequenceNumbers[index]
            var mask: UInt16 = 0
            index += 1
            while index < sequenceNumbers.count {
                let distance = sequenceNumbers[index] &- first
                guard (1...16).contains(distance) else { break }
                mask |= 1 << (distance - 1)
                index += 1
            }
            bytes.write(first)
            bytes.write(mask)
        }
        return index
    }
}
