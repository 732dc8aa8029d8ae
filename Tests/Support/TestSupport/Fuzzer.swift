/// Seeded random numbers, and random damage to bytes: for loops that feed parsers what nobody would send on purpose.
package struct Fuzzer: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// SplitMix64.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    /// Changes, cuts or lengthens `bytes` once to `times` times.
    package mutating func damage(_ bytes: inout [UInt8], upTo times: Int = 4) {
        for _ in 0..<Int.random(in: 1...max(times, 1), using: &self) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &self)
            switch next() % 6 {
            case 0: bytes[index] = UInt8(truncatingIfNeeded: next())
            case 1: bytes[index] ^= 1 << UInt8(next() % 8)
            case 2: bytes.removeSubrange(index...)
            case 3: bytes.remove(at: index)
            case 4: bytes.insert(contentsOf: self.bytes(Int(next() % 9)), at: index)
            default: bytes[index] = [0, 0xFF, 0x7F, 0x80][Int(next() % 4)]
            }
        }
    }
}
