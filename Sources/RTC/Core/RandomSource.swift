/// Where identifiers, credentials and jitter come from: the system in the application, a seed in a test.
package enum RandomSource: RandomNumberGenerator, Sendable {
    /// Cryptographically secure, by the operating system.
    case system
    /// SplitMix64 from a state; repeatable, never for a real call.
    case seeded(UInt64)

    package mutating func next() -> UInt64 {
        switch self {
        case .system:
            var generator = SystemRandomNumberGenerator()
            return generator.next()
        case .seeded(var state):
            state &+= 0x9E37_79B9_7F4A_7C15
            self = .seeded(state)
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    /// `count` characters of the ice-char alphabet (RFC 8839 §5.4): 6 bits of randomness each.
    package mutating func iceCharacters(_ count: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let bytes = (0..<count).map { _ in alphabet[Int(next() & 63)] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// So many bytes, for keys and identifiers.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    /// A source for another part: the same operating system, or an independent sequence of the same seed.
    package mutating func fork() -> RandomSource {
        switch self {
        case .system: .system
        case .seeded: .seeded(next())
        }
    }
}
