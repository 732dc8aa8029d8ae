/// Arrival times of packets by their transport-wide number (draft-holmer-rmcat-transport-wide-cc-extensions-01).
package struct TransportFeedback: Hashable, Sendable {
    /// The most packets one message tells of; more makes it larger than a datagram.
    package static let packetCap = 1024

    package var sender: UInt32
    package var media: UInt32
    package var baseSequence: UInt16
    /// Of 64 ms, 24 bits.
    package var referenceTime: UInt32
    package var feedbackCount: UInt8
    /// One entry a packet from `baseSequence` on: 250 µs after the arrival before (the first: after the reference
    /// time); nil for a packet that did not arrive.
    package var deltas: [Int16?]

    package init(
        sender: UInt32, media: UInt32, baseSequence: UInt16, referenceTime: UInt32, feedbackCount: UInt8,
        deltas: [Int16?]
    ) {
        self.sender = sender
        self.media = media
        self.baseSequence = baseSequence
        self.referenceTime = referenceTime
        self.feedbackCount = feedbackCount
        self.deltas = deltas
    }

    init(sender: UInt32, media: UInt32, _ reader: inout ByteReader) throws(WireError) {
        self.sender = sender
        self.media = media
        baseSequence = try reader.readUInt16()
        let count = Int(try reader.readUInt16())
        referenceTime = try reader.readUInt24()
        feedbackCount = try reader.readUInt8()
        guard count > 0 else { throw .malformed("feedback count") }
        let symbols = try Self.readSymbols(&reader, count: count)
        deltas = []
        deltas.reserveCapacity(count)
        for symbol in symbols {
            switch symbol {
            case 1: deltas.append(Int16(try reader.readUInt8()))
            case 2: deltas.append(Int16(bitPattern: try reader.readUInt16()))
            default: deltas.append(nil)
            }
        }
    }

    private static func readSymbols(_ reader: inout ByteReader, count: Int) throws(WireError) -> [UInt8] {
        var symbols: [UInt8] = []
        symbols.reserveCapacity(count)
        while symbols.count < count {
            let chunk = try reader.readUInt16()
            if chunk & 0x8000 == 0 {
                let run = min(Int(chunk & 0x1FFF), count - symbols.count)
                guard run > 0 else { throw .malformed("empty run") }
                symbols += repeatElement(UInt8(chunk >> 13 & 3), count: run)
            } else if chunk & 0x4000 == 0 {
                for bit in 0..<14 { symbols.append(UInt8(chunk >> UInt16(13 - bit) & 1)) }
            } else {
                for pair in 0..<7 { symbols.append(UInt8(chunk >> UInt16(12 - 2 * pair) & 3)) }
            }
        }
        return Array(symbols.prefix(count))
    }

    func write(to bytes: inout [UInt8]) {
        bytes.write(sender)
        bytes.write(media)
        bytes.write(baseSequence)
        bytes.write(UInt16(truncatingIfNeeded: deltas.count))
        bytes.writeUInt24(referenceTime)
        bytes.append(feedbackCount)
        let symbols = deltas.map { delta -> UInt16 in
            guard let delta else { return 0 }
            return (0...255).contains(delta) ? 1 : 2
        }
        var index = 0
        while index < symbols.count {
            let run = symbols[index...].prefix { $0 == symbols[index] }.count
            if run >= 7 {
                let length = min(run, 0x1FFF)
                bytes.write(symbols[index] << 13 | UInt16(length))
                index += length
            } else {
                var chunk: UInt16 = 0xC000
                for pair in 0..<7 where index + pair < symbols.count {
                    chunk |= symbols[index + pair] << UInt16(12 - 2 * pair)
                }
                bytes.write(chunk)
                index += 7
            }
        }
        for delta in deltas {
            guard let delta else { continue }
            if (0...255).contains(delta) { bytes.append(UInt8(delta)) } else { bytes.write(UInt16(bitPattern: delta)) }
        }
        bytes.pad(toMultipleOf: 4)
    }
}
