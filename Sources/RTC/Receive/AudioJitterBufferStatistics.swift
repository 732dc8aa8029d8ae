/// Counters of one audio jitter buffer by the names of W3C `inbound-rtp`. Samples are counted a channel, at 48 kHz.
package struct AudioJitterBufferStatistics: Hashable, Sendable {
    /// Seconds that emitted samples have spent in the buffer, summed over the samples.
    package var jitterBufferDelay = 0.0
    /// As `jitterBufferDelay`, of the delay that was aimed at.
    package var jitterBufferTargetDelay = 0.0
    package var jitterBufferEmittedCount = 0
    /// All that was played, silence before the start left out.
    package var totalSamplesReceived = 0
    package var concealedSamples = 0
    package var silentConcealedSamples = 0
    package var concealmentEvents = 0
    package var insertedSamplesForDeceleration = 0
    package var removedSamplesForAcceleration = 0
    /// Came too late, or too early to have a place.
    package var packetsDiscarded = 0
    package var packetsDuplicated = 0
    /// Mean time that packets wait at present, milliseconds.
    package var currentDelay = 0.0
    /// Lost packets restored from in-band error correction.
    package var packetsRecovered = 0

    package init() {}

    /// As members of a statistics dictionary.
    package var members: [String: StatisticsValue] {
        [
            "jitterBufferDelay": .number(jitterBufferDelay),
            "jitterBufferTargetDelay": .number(jitterBufferTargetDelay),
            "jitterBufferEmittedCount": .integer(Int64(jitterBufferEmittedCount)),
            "totalSamplesReceived": .integer(Int64(totalSamplesReceived)),
            "concealedSamples": .integer(Int64(concealedSamples)),
            "silentConcealedSamples": .integer(Int64(silentConcealedSamples)),
            "concealmentEvents": .integer(Int64(concealmentEvents)),
            "insertedSamplesForDeceleration": .integer(Int64(insertedSamplesForDeceleration)),
            "removedSamplesForAcceleration": .integer(Int64(removedSamplesForAcceleration)),
            "packetsDiscarded": .integer(Int64(packetsDiscarded)),
            "fecPacketsReceived": .integer(Int64(packetsRecovered)),
        ]
    }
}
