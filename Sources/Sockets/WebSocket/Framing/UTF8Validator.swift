/// Checks UTF-8 that comes in parts, and says no at the first byte that cannot be right (RFC 3629 §4).
struct UTF8Validator: Sendable {
    /// Bytes that the character begun still needs, and between which the next of them must lie.
    private var missing = 0
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    /// Whether no character is left in the middle.
    var isComplete: Bool { missing == 0 }

    /// False when the text so far cannot become UTF-8 any more.
    mutating func accept(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            // Most text is ASCII: eight at a time.
            if missing == 0, index + 8 <= bytes.count,
                bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                index += 8
                continue
            }
            guard accept(bytes[index]) else { return false }
            index += 1
        }
        return true
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        guard missing == 0 else {
            guard (lowest...highest).contains(byte) else { return false }
            missing -= 1
            lowest = 0x80
            highest = 0xBF
            return true
        }
        switch byte {
        case ..<0x80: return true
        case 0xC2...0xDF: expect(1)
        // Without forms that are too long, surrogates, and what lies beyond U+10FFFF.
        case 0xE0: expect(2, from: 0xA0)
        case 0xED: expect(2, to: 0x9F)
        case 0xE1...0xEF: expect(2)
        case 0xF0: expect(3, from: 0x90)
        case 0xF1...0xF3: expect(3)
        case 0xF4: expect(3, to: 0x8F)
        default: return false
        }
        return true
    }

    private mutating func expect(_ count: Int, from lowest: UInt8 = 0x80, to highest: UInt8 = 0xBF) {
        missing = count
        self.lowest = lowest
        self.highest = highest
    }
}
