/// An ageing histogram of delays (NetEq's `histogram.cc` is the model). Memory is allocated once.
struct DelayHistogram: Sendable {
    static let bucketCount = 100
    /// Microseconds a bucket spans.
    static let bucketWidth: Int64 = 10_000

    private var buckets: [Double]
    private let forgetFactor: Double
    private let startWeight: Double?
    private var additions = 0.0

    /// - Parameters:
    ///   - forgetFactor: what is left of old samples' weight at each new one.
    ///   - startWeight: where given, early samples weigh more, so that it adapts quickly at first.
    init(forgetFactor: Double, startWeight: Double? = nil) {
        self.forgetFactor = forgetFactor
        self.startWeight = startWeight
        buckets = Array(repeating: 0, count: Self.bucketCount)
    }

    var isEmpty: Bool { additions == 0 }

    mutating func add(_ delay: Int64) {
        additions += 1
        var factor = forgetFactor
        if additions == 1 {
            factor = 0
        } else if let startWeight {
            factor = min(forgetFactor, max(0, 1 - startWeight / (additions + 1)))
        }
        for index in buckets.indices { buckets[index] *= factor }
        buckets[Self.bucket(of: delay)] += 1 - factor
    }

    /// The upper end of the bucket below which `share` of the weight lies, microseconds.
    func quantile(_ share: Double) -> Int64 {
        var sum = 0.0
        for index in buckets.indices {
            sum += buckets[index]
            // The sum misses one by rounding.
            if sum >= share - 1e-9 { return Int64(index + 1) * Self.bucketWidth }
        }
        return Int64(Self.bucketCount) * Self.bucketWidth
    }

    /// The delay with the least cost, where losing one per cent of the packets costs as much as `lossCost`
    /// microseconds of delay (NetEq's `reorder_optimizer.cc`).
    func optimum(lossCost: Double) -> Int64 {
        var best = (index: 0, cost: Double.infinity)
        var late = 1.0
        for index in buckets.indices {
            late -= buckets[index]
            let cost = Double(Int64(index) * Self.bucketWidth) + max(late, 0) * 100 * lossCost
            if cost < best.cost - 1e-6 { best = (index, cost) }
        }
        return Int64(best.index) * Self.bucketWidth
    }

    mutating func removeAll() {
        for index in buckets.indices { buckets[index] = 0 }
        additions = 0
    }

    private static func bucket(of delay: Int64) -> Int {
        Int(min(max(delay, 0) / bucketWidth, Int64(bucketCount - 1)))
    }
}
