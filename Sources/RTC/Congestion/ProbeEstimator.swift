/// What a probe has shown: the rate at which its packets arrived against that at which they were sent
/// (numbers of webrtc.md §3.1, "Probe estimator").
struct ProbeEstimator: Sendable {
    private static let minimumPacketCount = 4
    private static let minimumReceivedShare = 0.8
    /// Arrivals this much denser than departures are the doing of a radio link that bundles.
    private static let maximumRateRatio = 2.0
    /// Below this share of the sending rate the bottleneck was full, and shows its capacity; a little is left free.
    private static let unsaturatedShare = 0.9
    private static let saturatedUse = 0.95
    private static let maximumClusterCount = 8
    private static let maximumSpan = 1.0

    /// What is known of one cluster.
    private struct Cluster: Sendable {
        var probe: Probe
        var count = 0
        var bytes = 0
        var firstSent = Instant(microseconds: .max)
        var lastSent = Instant(microseconds: .min)
        var firstArrival = Int64.max
        var lastArrival = Int64.min
        var lastSentBytes = 0
        var firstArrivedBytes = 0
    }

    private var clusters: [Cluster] = []

    init() { clusters.reserveCapacity(Self.maximumClusterCount) }

    /// Expects packets of this probe.
    mutating func begin(_ probe: Probe) {
        if clusters.count >= Self.maximumClusterCount { clusters.removeFirst() }
        clusters.append(Cluster(probe: probe))
    }

    /// Takes a packet of a probe that arrived; gives the rate that the path has shown, bit/s, once enough of them have.
    mutating func add(identifier: Int32, byteCount: Int, sent: Instant, arrival: Int64) -> Double? {
        guard let index = clusters.firstIndex(where: { $0.probe.identifier == identifier }) else { return nil }
        clusters[index].count += 1
        clusters[index].bytes += byteCount
        if sent < clusters[index].firstSent { clusters[index].firstSent = sent }
        if sent >= clusters[index].lastSent {
            clusters[index].lastSent = sent
            clusters[index].lastSentBytes = byteCount
        }
        if arrival < clusters[index].firstArrival {
            clusters[index].firstArrival = arrival
            clusters[index].firstArrivedBytes = byteCount
        }
        clusters[index].lastArrival = max(clusters[index].lastArrival, arrival)
        return Self.rate(of: clusters[index])
    }

    private static func rate(of cluster: Cluster) -> Double? {
        let neededBytes = Double(cluster.probe.byteCount) * minimumReceivedShare
        guard cluster.count >= minimumPacketCount, Double(cluster.bytes) >= neededBytes else { return nil }
        let sendSpan = (cluster.lastSent - cluster.firstSent).inSeconds
        let arrivalSpan = Double(cluster.lastArrival - cluster.firstArrival) / 1_000_000
        guard sendSpan > 0, sendSpan < maximumSpan, arrivalSpan > 0, arrivalSpan < maximumSpan else { return nil }
        // The last packet's own sending, and the first one's own arrival, lie outside the spans.
        let sendRate = Double(cluster.bytes - cluster.lastSentBytes) * 8 / sendSpan
        let receiveRate = Double(cluster.bytes - cluster.firstArrivedBytes) * 8 / arrivalSpan
        guard receiveRate / sendRate <= maximumRateRatio else { return nil }
        return receiveRate < unsaturatedShare * sendRate ? saturatedUse * receiveRate : min(sendRate, receiveRate)
    }
}
