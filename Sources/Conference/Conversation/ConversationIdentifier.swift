import RTC

/// 128 random bits: a message's name, or that of one count of messages.
package struct ConversationIdentifier: Hashable, Sendable, CustomStringConvertible {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// From a given source, for tests that repeat.
    package static func random(_ source: inout RandomSource) -> ConversationIdentifier {
        ConversationIdentifier(high: source.next(), low: source.next())
    }

    /// One that nobody else has.
    package static func random() -> ConversationIdentifier {
        var source = RandomSource.system
        return random(&source)
    }

    /// 16 of them; nil for another number.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.init(
            high: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
            low: bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// 32 hexadecimal digits; nil for anything else.
    package init?(_ text: String) {
        guard text.utf8.count == 32, text.utf8.allSatisfy(Self.isDigit),
            let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...102).contains(byte) || (65...70).contains(byte)
    }

    package var bytes: [UInt8] { high.networkBytes + low.networkBytes }

    /// In 32 hexadecimal digits.
    package var description: String {
        let digits = Array("0123456789abcdef")
        return bytes.map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
    }
}

extension UInt64 {
    /// Eight of them, the highest first.
    var networkBytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> (56 - 8 * UInt64($0))) } }
}

/// Takes a frame apart, checking that there is enough of it.
struct ConversationReader {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

    mutating func byte() throws(ConversationError) -> UInt8 {
        guard let byte = bytes.popFirst() else { throw ConversationError("a frame that is cut short") }
        return byte
    }

    mutating func integer() throws(ConversationError) -> UInt64 {
        guard bytes.count >= 8 else { throw ConversationError("a frame that is cut short") }
        defer { bytes = bytes.dropFirst(8) }
        return bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func identifier() throws(ConversationError) -> ConversationIdentifier {
        ConversationIdentifier(high: try integer(), low: try integer())
    }

    mutating func rest() -> [UInt8] {
        defer { bytes = [] }
        return Array(bytes)
    }
}
