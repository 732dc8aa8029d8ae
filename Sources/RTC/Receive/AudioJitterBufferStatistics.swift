/// Counters of one audio jitter buffer by the names of W3C `inbound-rtp`. Samples are counted a channel, at 48 kHz.
package struct AudioJitterBufferStatistics: Hashable, Sendable {
    /// Seconds that emitted samples have spent in the buffer, summed over the samples.
    package var jitterBufferDelay = 0.0
    /// As `jitterBufferDelay`, of the delay that was aimed at.
    package var jitterBufferTargetDelay = 0.0
    package var jitterBufferEmittedCount: Int64 = 0
    /// All that was played, silence before the start left out.
    package var totalSamplesReceived: Int64 = 0
    package var concealedSamples: Int64 = 0
    package var silentConcealedSamples: Int64 = 0
    package var concealmentEvents: Int64 = 0
    package var insertedSamplesForDeceleration: Int64 = 0
    package var removedSamplesForAcceleration: Int64 = 0
    /// Came too late, or too early to have a place.
    package var packetsDiscarded: Int64 = 0
    package var packetsDuplicated: Int64 = 0
    /// Lost packets restored from in-band error correction.
    package var packetsRecovered: Int64 = 0

    package init() {}

    /// As members of a statistics dictionary.
    package var members: [String: StatisticsValue] {
        [
            "jitterBufferDelay": .number(jitterBufferDelay),
            "jitterBufferTargetDelay": .number(jitterBufferTargetDelay),
            "jitterBufferEmittedCount": .integer(jitterBufferEmittedCount),
            "totalSamplesReceived": .integer(totalSamplesReceived),
            "concealedSamples": .integer(concealedSamples),
            "silentConcealedSamples": .integer(silentConcealedSamples),
            "concealmentEvents": .integer(concealmentEvents),
            "insertedSamplesForDeceleration": .integer(insertedSamplesForDeceleration),
            "removedSamplesForAcceleration": .integer(removedSamplesForAcceleration),
            "packetsDiscarded": .integer(packetsDiscarded),
            "fecPacketsReceived": .integer(packetsRecovered),
        ]
    }
}
