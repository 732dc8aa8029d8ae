import RTC
import Wire

/// A call of sound alone in virtual time: a sender's `RTPSession`, a path, a receiver's session and its jitter buffer. The
/// two ends of it, the encoder and what plays, are the test's.
package struct AudioCallSimulation: ~Copyable {
    package struct Path: Sendable {
        /// Of both directions.
        package var conditions: LinkConditions
        /// How much faster the sender's clock runs, in millionths.
        package var drift = 0.0
        /// When nothing gets through, seconds from the start.
        package var outage: Range<Double>?

        package init(_ conditions: LinkConditions, drift: Double = 0, outage: Range<Double>? = nil) {
            self.conditions = conditions
            self.drift = drift
            self.outage = outage
        }
    }

    private struct Flight {
        var arrival: Instant
        var packet: OutgoingPacket
        var isForward: Bool
    }

    private let path: Path
    private let span: Int64
    private var random: RandomSource
    private var left: RTPSession
    private var right: RTPSession
    private var forward = EmulatedLink()
    private var backward = EmulatedLink()
    private var flights: [Flight] = []
    package private(set) var now = Instant.zero
    package var buffer = AudioJitterBuffer()
    /// As the sender measures it.
    package private(set) var loss: Double?
    package private(set) var sentFrameCount = 0
    package private(set) var sentByteCount = 0
    package private(set) var largestPacket = 0

    /// - Parameters:
    ///   - frame: duration of a packet, ms.
    ///   - usesRedundancy: whether RFC 2198 was agreed on.
    package init(_ path: Path, frame: Int = 20, usesRedundancy: Bool, seed: UInt64) {
        self.path = path
        span = Int64(frame) * 1000
        random = .seeded(seed)
        left = Self.session(ssrc: 1000, usesRedundancy, seed: seed &+ 1)
        right = Self.session(ssrc: 2000, usesRedundancy, seed: seed &+ 2)
    }

    private static func session(ssrc: UInt32, _ usesRedundancy: Bool, seed: UInt64) -> RTPSession {
        var extensions = HeaderExtensionIDs()
        extensions.audioLevel = 1
        extensions.transportWideCC = 3
        let opus = NegotiatedCodec(
            name: "opus", payloadType: 111, redPayloadType: usesRedundancy ? 63 : nil, clockRate: 48_000, channels: 2,
            transportWideCC: true)
        var session = RTPSession(
            cname: "\(ssrc)", random: .seeded(seed), ntpOffset: 0xEE00_0000 << 32, congestion: CongestionConfiguration()
        )
        session.configure(
            [
                NegotiatedMedia(
                    mid: "a", kind: .audio, direction: .sendrecv, codecs: [opus], extensions: extensions,
                    localSSRC: ssrc)
            ], at: .zero)
        session.transportReady(at: .zero)
        return session
    }

    /// W3C statistics of the sending or the receiving end.
    package func value(_ name: String, _ type: String, ofReceiver: Bool) -> Double? {
        let records = ofReceiver ? right.statistics(at: now) : left.statistics(at: now)
        return records.first { $0.type == type }?[name]?.doubleValue
    }

    /// - Parameters:
    ///   - encode: makes the next packet (nil in a pause), given its number and the loss.
    ///   - play: carries a decision out; gives the samples that came of it. The payload is empty for all but decoding.
    package mutating func run(
        for duration: Duration, encode: (_ number: Int, _ loss: Double?) -> [UInt8]?,
        play: (_ decision: AudioDecision, _ payload: UnsafeRawBufferPointer, _ now: Instant) -> Int
    ) {
        let end = now + duration
        var stock = 0
        var pulls = now.microseconds / 10_000
        while now < end {
            let due = Instant(microseconds: Int64(Double(Int64(sentFrameCount) * span) / (1 + path.drift / 1e6)))
            if due <= now {
                let payload = encode(sentFrameCount, loss)
                if let payload {
                    left.sendAudio(
                        mid: "a", payload: payload, sampleCount: Int(span * 48 / 1000),
                        captureTime: Instant(microseconds: Int64(sentFrameCount) * span), level: 30,
                        voiceActivity: true, at: now)
                }
                sentFrameCount += 1
            }
            if let time = left.nextTimeout, time <= now { left.handleTimeout(at: now) }
            if let time = right.nextTimeout, time <= now { right.handleTimeout(at: now) }
            deliver()
            drain()
            if now.microseconds >= pulls * 10_000 {
                pulls += 1
                pull(&stock, play)
            }
            // Half a millisecond is fine enough for both ends.
            now = now + .microseconds(500)
        }
    }

    private mutating func pull(
        _ stock: inout Int, _ play: (AudioDecision, UnsafeRawBufferPointer, Instant) -> Int
    ) {
        while stock < 480 {
            let decision = buffer.next(at: now)
            let slot: Int? =
                switch decision.action {
                case .decode(let slot), .forwardErrorCorrection(let slot): slot
                case .conceal, .silence: nil
                }
            stock += play(decision, buffer.payload(at: slot ?? -1), now)
        }
        stock -= 480
    }

    private mutating func deliver() {
        guard flights.contains(where: { $0.arrival <= now }) else { return }
        let due = flights.filter { $0.arrival <= now }.sorted { $0.arrival < $1.arrival }
        flights.removeAll { $0.arrival <= now }
        for flight in due {
            switch (flight.isForward, flight.packet.isRTCP) {
            case (true, true): right.receiveRTCP(flight.packet.bytes, at: flight.arrival)
            case (true, false): right.receiveRTP(flight.packet.bytes, at: flight.arrival)
            case (false, true): left.receiveRTCP(flight.packet.bytes, at: flight.arrival)
            case (false, false): left.receiveRTP(flight.packet.bytes, at: flight.arrival)
            }
        }
    }

    private mutating func drain() {
        while let packet = left.pollPacket(at: now) {
            if !packet.isRTCP {
                sentByteCount += packet.bytes.count
                largestPacket = max(largestPacket, packet.bytes.count)
            }
            send(packet, isForward: true)
        }
        while let packet = right.pollPacket(at: now) { send(packet, isForward: false) }
        while let event = left.pollEvent() {
            if case .lossReport(_, let fraction) = event { loss = fraction }
        }
        while let event = right.pollEvent() {
            guard case .audioPacket(_, let audio) = event else { continue }
            audio.payload.withUnsafeBytes { payload in
                buffer.insert(
                    sequenceNumber: audio.sequenceNumber, timestamp: audio.timestamp, payload: payload,
                    arrival: audio.arrival, isRedundant: audio.isRedundant)
            }
        }
    }

    private mutating func send(_ packet: OutgoingPacket, isForward: Bool) {
        let outcome =
            isForward
            ? forward.carry(packet.bytes.count, path.conditions, at: now, random: &random)
            : backward.carry(packet.bytes.count, path.conditions, at: now, random: &random)
        let isOut = path.outage.map { $0.contains(Double(now.microseconds) / 1e6) } ?? false
        guard case .arrives(let times) = outcome, !isOut else { return }
        for time in times { flights.append(Flight(arrival: time, packet: packet, isForward: isForward)) }
    }
}
