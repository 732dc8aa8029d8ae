/// A repeatable source of damage for the parsers' tests.
struct RTPTestRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }

    /// A few bytes changed, cut off, doubled or added.
    mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
        var changed = bytes
        for _ in 0...Int.random(in: 0..<4, using: &self) {
            switch Int.random(in: 0..<6, using: &self) {
            case 0 where !changed.isEmpty: changed.removeLast(Int.random(in: 1...changed.count, using: &self))
            case 1: changed.append(contentsOf: (0..<4).map { _ in UInt8.random(in: 0...255, using: &self) })
            case 2 where !changed.isEmpty:
                changed.insert(0xFF, at: Int.random(in: 0..<changed.count, using: &self))
            default:
                guard !changed.isEmpty else { continue }
                let index = Int.random(in: 0..<changed.count, using: &self)
                changed[index] =
                    [0, 0xFF, 0x80, changed[index] ^ 1, UInt8.random(in: 0...255, using: &self)]
                    .randomElement(using: &self) ?? 0
            }
        }
        return changed
    }
}
