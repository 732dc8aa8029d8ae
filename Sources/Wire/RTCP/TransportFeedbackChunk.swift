/// Packet status chunks of transport-wide feedback (draft-holmer §3.1.2 to §3.1.4): run lengths and vectors.
enum TransportFeedbackChunk {
    /// Two bits a packet.
    enum Symbol: UInt16 {
        case notReceived, smallDelta, largeDelta, withoutDelta

        init(_ arrival: TransportFeedback.Arrival) {
            switch arrival {
            case .lost: self = .notReceived
            case .received: self = .withoutDelta
            case .receivedAfter(let delta): self = (0...255).contains(delta) ? .smallDelta : .largeDelta
            }
        }
    }

    /// Exactly `count` symbols; the last chunk may describe more, which are dropped. Throws `truncated`, and
    /// `malformed` for a run of length zero, which could repeat for ever.
    static func read(count: Int, from reader: inout ByteReader) throws(WireError) -> [Symbol] {
        var symbols: [Symbol] = []
        symbols.reserveCapacity(count)
        while symbols.count < count {
            let chunk = try reader.readUInt16()
            let missing = count - symbols.count
            if chunk & 0x8000 == 0 {
                let length = Int(chunk & 0x1FFF)
                guard length > 0 else { throw .malformed("transport feedback run") }
                let symbol = Symbol(rawValue: chunk >> 13 & 3) ?? .notReceived
                symbols.append(contentsOf: repeatElement(symbol, count: min(length, missing)))
            } else if chunk & 0x4000 == 0 {
                for index in 0..<min(14, missing) {
                    symbols.append(chunk >> UInt16(13 - index) & 1 == 0 ? .notReceived : .smallDelta)
                }
            } else {
                for index in 0..<min(7, missing) {
                    symbols.append(Symbol(rawValue: chunk >> UInt16(12 - 2 * index) & 3) ?? .notReceived)
                }
            }
        }
        return symbols
    }

    /// Appends chunks for all symbols: a run where it covers more than a vector would, else the widest vector.
    static func write(_ symbols: [Symbol], to bytes: inout [UInt8]) {
        var index = 0
        while index < symbols.count {
            let symbol = symbols[index]
            var run = 1
            while index + run < symbols.count, run < 0x1FFF, symbols[index + run] == symbol { run += 1 }
            let fitsOneBit = symbols[index..<min(index + 14, symbols.count)].allSatisfy { $0.rawValue <= 1 }
            if run >= (fitsOneBit ? 14 : 7) || index + run == symbols.count {
                bytes.write(symbol.rawValue << 13 | UInt16(run))
                index += run
            } else if fitsOneBit {
                bytes.write(vector(symbols[index...].prefix(14), bits: 1) | 0x8000)
                index += 14
            } else {
                bytes.write(vector(symbols[index...].prefix(7), bits: 2) | 0xC000)
                index += 7
            }
        }
    }

    private static func vector(_ symbols: ArraySlice<Symbol>, bits: UInt16) -> UInt16 {
        var packed: UInt16 = 0
        var shift: UInt16 = 14
        for symbol in symbols {
            shift -= bits
            packed |= symbol.rawValue << shift
        }
        return packed
    }
}
