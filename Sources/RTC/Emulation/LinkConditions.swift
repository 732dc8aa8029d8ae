/// How one direction of an emulated link behaves. The default is a perfect link without delay.
package struct LinkConditions: Hashable, Sendable {
    /// Probability that a datagram is lost, 0...1.
    package var loss = 0.0
    /// Mean number of datagrams lost in a row; 1 means that losses are independent.
    package var lossBurst = 1.0
    /// One-way delay.
    package var delay: Duration = .zero
    /// Largest deviation from `delay`, evenly spread to both sides. Jitter alone never reorders.
    package var jitter: Duration = .zero
    /// Probability that a datagram overtakes those before it or is overtaken, 0...1: it takes `delay` ± `jitter` alone.
    package var reordering = 0.0
    /// Probability that a datagram arrives twice, 0...1.
    package var duplication = 0.0
    /// Bottleneck, bits a second; nil for none. IP and UDP headers (28 bytes) are counted.
    package var bitsPerSecond: Int?
    /// What the bottleneck's queue holds before it drops the tail, bytes.
    package var queueBytes = 200_000

    package init(
        loss: Double = 0, lossBurst: Double = 1, delay: Duration = .zero, jitter: Duration = .zero,
        reordering: Double = 0, duplication: Double = 0, bitsPerSecond: Int? = nil, queueBytes: Int = 200_000
    ) {
        self.loss = loss
        self.lossBurst = lossBurst
        self.delay = delay
        self.jitter = jitter
        self.reordering = reordering
        self.duplication = duplication
        self.bitsPerSecond = bitsPerSecond
        self.queueBytes = queueBytes
    }

    package static let perfect = LinkConditions()
    /// Nothing arrives.
    package static let cut = LinkConditions(loss: 1)
    package static let localNetwork = LinkConditions(delay: .microseconds(500), bitsPerSecond: 1_000_000_000)
    /// A wireless network near its access point.
    package static let wifi = LinkConditions(
        loss: 0.01, lossBurst: 3, delay: .milliseconds(5), jitter: .milliseconds(2), bitsPerSecond: 100_000_000)
    /// The same, some walls away.
    package static let wifiLossy = LinkConditions(
        loss: 0.05, lossBurst: 2, delay: .milliseconds(15), jitter: .milliseconds(10), reordering: 0.01,
        bitsPerSecond: 50_000_000, queueBytes: 100_000)
    /// A telephone network on the move.
    package static let cellular = LinkConditions(
        loss: 0.02, delay: .milliseconds(50), jitter: .milliseconds(15), bitsPerSecond: 30_000_000, queueBytes: 100_000)
    /// By way of a geostationary satellite.
    package static let satellite = LinkConditions(
        loss: 0.03, delay: .milliseconds(600), jitter: .milliseconds(30), bitsPerSecond: 15_000_000, queueBytes: 500_000
    )
    /// A network with too many users.
    package static let congested = LinkConditions(
        loss: 0.1, lossBurst: 2, delay: .milliseconds(80), jitter: .milliseconds(40), reordering: 0.02,
        bitsPerSecond: 10_000_000, queueBytes: 50_000)
}
