/// How the streams that share one encoder get each what its network carries: all of the pictures, or the base layer of
/// them. One with a poor network lowers nobody else's picture.
struct EncodingPlan: Hashable, Sendable {
    /// What a stream would have of an encoder.
    struct Wish: Hashable, Sendable {
        /// Bit/s.
        var bitrate: Int
        /// Every how-manieth picture: 1, 2 or 4.
        var divisor = 1
    }

    /// Bitrates this near to each other count as one: a seventh less is seen by nobody, half of the pictures are.
    private static let nearShare = 0.84

    /// Of what is encoded, bit/s.
    private(set) var bitrate: Int
    /// Pictures whose number it does not divide are sent to nobody, and not encoded.
    private(set) var finest = 1
    /// Only pictures whose number it divides are referred to by others.
    private(set) var coarsest = 1
    /// Every how-manieth picture each stream gets.
    private(set) var divisors: [Int: Int] = [:]

    init(_ wishes: [Int: Wish]) {
        let top = wishes.values.map(\.bitrate).max() ?? 0
        let all = wishes.values.filter { Double($0.bitrate) >= Double(top) * Self.nearShare }.map(\.bitrate).min() ?? 0
        bitrate = all
        let finest = wishes.values.map(\.divisor).min() ?? 1
        divisors = wishes.mapValues { wish in
            [1, 2, 4].first { divisor in
                divisor >= max(finest, wish.divisor)
                    && Double(all) * PictureStep.share(divisor / finest) <= Double(wish.bitrate)
            } ?? 4
        }
        self.finest = divisors.values.min() ?? 1
        coarsest = divisors.values.max() ?? 1
    }

    /// Whether streams with these bitrates do well with one encoder: what must stay smooth wants all pictures, what must
    /// stay sharp can do with every fourth.
    static func canShare(_ bitrates: [Int], for hint: ContentHint) -> Bool {
        guard let least = bitrates.min(), let most = bitrates.max() else { return true }
        let share =
            switch hint {
            case .motion: nearShare
            case .balanced: PictureStep.share(2)
            case .detail: PictureStep.share(4)
            }
        return Double(least) >= Double(most) * share
    }

    /// The temporal layer of a picture, counted from the last key frame; nil for one that nobody gets.
    func layer(of number: Int) -> UInt8? {
        guard number.isMultiple(of: finest) else { return nil }
        if number.isMultiple(of: coarsest) { return 0 }
        return number.isMultiple(of: 2 * finest) || coarsest == 2 * finest ? 1 : 2
    }

    func sends(_ number: Int, to sink: Int) -> Bool { divisors[sink].map { number.isMultiple(of: $0) } ?? false }
}
