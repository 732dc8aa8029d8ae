import Wire

/// Sound that comes in, and the copies of earlier sound that come with it (RFC 2198).
extension RTPReceiver {
    mutating func receiveAudio(
        _ packet: RTPPacket, number: Int64, at now: Instant, output: (Output) -> Void
    ) {
        guard !packet.payload.isEmpty else { return }
        let timestamp = timestamps.unwrap(packet.timestamp)
        if let captured = captureMicroseconds(timestamp) {
            let transit = Double(now.microseconds &- captured)
            if let audioTransit, abs(transit - audioTransit) < 5_000_000 {
                self.audioTransit = audioTransit + (transit - audioTransit) / 32
            } else {
                audioTransit = transit
            }
        }
        let level = media.extensions.audioLevel.flatMap { packet.extensions[$0] }.flatMap(AudioLevel.init(parsing:))
        var received = ReceivedAudio(
            sequenceNumber: number, timestamp: packet.timestamp, payload: [], level: level, arrival: now)
        guard let codec = media.codecs.first(where: { $0.redPayloadType == packet.payloadType }) else {
            received.payload = Array(packet.payload)
            // A doubled packet goes on all the same: the jitter buffer counts those.
            _ = audioArrivals.insert(number)
            return output(.audio(received))
        }
        guard let redundant = try? RedundantAudioPayload(parsing: packet.payload) else {
            counters.malformedPackets += 1
            return
        }
        receiveCopies(redundant.blocks, before: received, codec: codec, output: output)
        guard redundant.payloadType == codec.payloadType, !redundant.data.isEmpty else { return }
        received.payload = Array(redundant.data)
        _ = audioArrivals.insert(number)
        output(.audio(received))
    }

    /// Hands on copies of packets that have not come. Copies have no numbers: only those that follow on one another
    /// without a gap up to their packet are certain to be the ones right before it.
    private mutating func receiveCopies(
        _ blocks: [RedundantAudioPayload.Block], before packet: ReceivedAudio, codec: NegotiatedCodec,
        output: (Output) -> Void
    ) {
        var copy = packet
        copy.isRedundant = true
        var offset = 0
        var missing: [ReceivedAudio] = []
        for block in blocks.reversed() {
            guard block.payloadType == codec.payloadType, let opus = try? OpusPayload(parsing: block.data),
                Int(block.timestampOffset) == offset + opus.sampleCount
            else { break }
            offset = Int(block.timestampOffset)
            copy.sequenceNumber -= 1
            counters.fecPacketsReceived += 1
            counters.fecBytesReceived += Int64(block.data.count)
            guard audioArrivals.insert(copy.sequenceNumber) else {
                counters.fecPacketsDiscarded += 1
                continue
            }
            copy.timestamp = packet.timestamp &- UInt32(truncatingIfNeeded: offset)
            copy.payload = Array(block.data)
            missing.append(copy)
        }
        for copy in missing.reversed() { output(.audio(copy)) }
    }
}
