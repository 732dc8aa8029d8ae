/// Counts the characters of UTF-8 that comes in pieces.
struct CharacterWalk: Sendable {
    let unit: TransmissionMode.SizeUnit
    /// How far the walk came, in bytes.
    private(set) var bytes = 0
    /// How far the walk came, in units.
    private(set) var units = 0

    init(unit: TransmissionMode.SizeUnit) { self.unit = unit }

    /// Goes on until `limit` units are passed, or the complete characters at hand are.
    ///
    /// - Parameter all: everything from the place where the walk began.
    /// - Returns: false when the bytes are no UTF-8, or `limit` falls inside a character.
    mutating func advance(over all: ArraySlice<UInt8>, units limit: Int) -> Bool {
        guard unit != .bytes else {
            bytes = min(limit, all.count)
            units = bytes
            return true
        }
        return all.withUnsafeBufferPointer { all in
            while units < limit, bytes < all.count {
                // Most texts are mostly ASCII: eight at a time.
                while limit - units >= 8, all.count - bytes >= 8, Self.isASCII(all, at: bytes) {
                    bytes += 8
                    units += 8
                }
                guard units < limit, bytes < all.count else { break }
                guard let length = Self.length(all[bytes]) else { return false }
                guard Self.isWellFormed(all[bytes..<min(bytes + length, all.count)]) else { return false }
                guard bytes + length <= all.count else { return true }
                bytes += length
                units += length == 4 && unit == .utf16Units ? 2 : 1
            }
            return units <= limit
        }
    }

    /// Whether the next eight bytes are characters of one byte.
    private static func isASCII(_ all: UnsafeBufferPointer<UInt8>, at place: Int) -> Bool {
        UnsafeRawBufferPointer(all).loadUnaligned(fromByteOffset: place, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
    }

    /// The length of a character, by its first byte.
    private static func length(_ first: UInt8) -> Int? {
        switch first {
        case 0x00...0x7F: 1
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: nil
        }
    }

    /// Whether the bytes after the first may stand there (Unicode, table 3-7); they may be incomplete.
    private static func isWellFormed(_ character: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let first = character.first, let second = character.dropFirst().first else { return true }
        let allowed: ClosedRange<UInt8> =
            switch first {
            case 0xE0: 0xA0...0xBF
            case 0xED: 0x80...0x9F
            case 0xF0: 0x90...0xBF
            case 0xF4: 0x80...0x8F
            default: 0x80...0xBF
            }
        return allowed.contains(second) && character.dropFirst(2).allSatisfy { (0x80...0xBF).contains($0) }
    }
}
