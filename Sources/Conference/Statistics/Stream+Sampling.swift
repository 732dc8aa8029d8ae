extension Stream {
    /// How many samples are kept: three minutes.
    private static let sampleLimit = 180

    /// Adds a sample of the running call, and judges the call by the last ones.
    ///
    /// - Returns: the sample; nil when there was none.
    func sample(_ sampler: inout StatisticsSampler, at time: Double) async -> StatisticsSample? {
        let statistics = await statistics()
        guard statistics.state.isAnswered, let sample = sampler.sample(statistics.report, at: time) else { return nil }
        if samples.count >= Self.sampleLimit { samples.removeFirst(samples.count - Self.sampleLimit + 1) }
        samples.append(sample)
        let wanted = incoming.subtracting(paused.received).intersection(remoteOutgoing)
            .subtracting(remoteStopped).subtracting(remoteSuspended)
        let quality = CallQuality(samples, expectsMedia: !wanted.isEmpty)
        if self.quality != quality { self.quality = quality }
        return sample
    }
}
