import Testing
import Wire

@testable import RTC

/// Minutes of sound over bad paths, in virtual time.
@Suite("Audio jitter buffer over bad paths")
struct JitterBufferSimulationTests {
    struct Path {
        var jitter = 0
        var lossRate = 0.0
        /// Packets lost in one go.
        var burst = 1
        /// The sender's clock over the receiver's.
        var drift = 1.0
        /// Every so many seconds nothing gets through for `stall` milliseconds, then all at once.
        var stallEvery = 0
        var stall = 0
        var packetMilliseconds = 20
        var seconds = 60
        /// The speaker wants so many milliseconds at a time.
        var pull = 10
    }

    struct Outcome {
        var statistics = AudioJitterBufferStatistics()
        var target = 0.0
        /// Mean delay over the last half, milliseconds.
        var delay = 0.0
        var decoded = 0
        var sent = 0
        var packetsInOrder = true
        /// When sound was stretched, milliseconds from the start.
        var stretches: [Int] = []
        var concealedShare: Double {
            Double(statistics.concealedSamples) / Double(max(statistics.totalSamplesReceived, 1))
        }
    }

    /// A stretch hint takes out or puts in 5 ms, as a time-stretcher would.
    private func simulate(_ path: Path, seed: UInt64) -> Outcome {
        var random = RandomSource.seeded(seed)
        var buffer = AudioJitterBuffer()
        var outcome = Outcome()
        var arrivals: [(time: Int64, number: Int)] = []
        let span = Int64(path.packetMilliseconds) * 1000
        var lossRun = 0
        for number in 0..<(path.seconds * 1000 / path.packetMilliseconds) {
            outcome.sent += 1
            if lossRun == 0, Double.random(in: 0..<1, using: &random) < path.lossRate / Double(path.burst) {
                lossRun = path.burst
            }
            if lossRun > 0 {
                lossRun -= 1
                continue
            }
            var time = Int64(Double(Int64(number) * span) / path.drift) + 30_000
            if path.jitter > 0 { time += Int64.random(in: 0...Int64(path.jitter * 1000), using: &random) }
            if path.stallEvery > 0 {
                let phase = time % Int64(path.stallEvery * 1_000_000)
                if phase < Int64(path.stall * 1000) { time += Int64(path.stall * 1000) - phase }
            }
            arrivals.append((time, number))
        }
        arrivals.sort { $0.time < $1.time }
        play(arrivals, path: path, buffer: &buffer, outcome: &outcome)
        outcome.statistics = buffer.statistics
        outcome.target = buffer.targetDelay.inMilliseconds
        return outcome
    }

    private func play(
        _ arrivals: [(time: Int64, number: Int)], path: Path, buffer: inout AudioJitterBuffer, outcome: inout Outcome
    ) {
        let header: UInt8 = path.packetMilliseconds == 60 ? 0x18 : path.packetMilliseconds == 10 ? 0x00 : 0x08
        let samples = path.packetMilliseconds * 48
        var index = 0
        var stock = 0
        var lastNumber = -1
        var delays: [Double] = []
        for tick in 0..<(path.seconds * 100) {
            let now = Int64(tick) * 10_000
            while index < arrivals.count, arrivals[index].time <= now {
                let number = arrivals[index].number
                [header, UInt8(truncatingIfNeeded: number >> 8) | 0x40, UInt8(truncatingIfNeeded: number)]
                    .withUnsafeBytes {
                        buffer.insert(
                            sequenceNumber: Int64(number), timestamp: UInt32(truncatingIfNeeded: number * samples),
                            payload: $0, arrival: Instant(microseconds: arrivals[index].time))
                    }
                index += 1
            }
            guard (tick * 10).isMultiple(of: path.pull) else { continue }
            let wanted = path.pull * 48
            while stock < wanted {
                let decision = buffer.next(at: Instant(microseconds: now), wanted: wanted)
                stock += decision.sampleCount
                if case .decode(let slot) = decision.action {
                    let payload = buffer.payload(at: slot)
                    let number = Int(payload[1] & 0x3F) << 8 | Int(payload[2])
                    if number <= lastNumber { outcome.packetsInOrder = false }
                    lastNumber = number
                    outcome.decoded += 1
                    let captured = Double(Int64(number) * Int64(path.packetMilliseconds) * 1000) / path.drift
                    if tick > path.seconds * 50 { delays.append((Double(now) - captured) / 1000 - 30) }
                }
                let stretched =
                    switch decision.stretch {
                    case .none: 0
                    case .accelerate(let most): most < 120 ? 0 : -min(240, most)
                    case .decelerate: 240
                    }
                stock += stretched
                if stretched != 0 {
                    buffer.recordStretch(sampleCount: stretched)
                    outcome.stretches.append(tick * 10)
                }
            }
            stock -= wanted
        }
        outcome.delay = delays.reduce(0, +) / Double(max(delays.count, 1))
    }

    @Test("a clean path is played whole, at the least delay", arguments: [10, 20, 60])
    func clean(milliseconds: Int) {
        let outcome = simulate(Path(packetMilliseconds: milliseconds), seed: 1)
        #expect(outcome.packetsInOrder)
        #expect(outcome.statistics.concealedSamples == 0, "\(outcome)")
        #expect(outcome.decoded > outcome.sent - 12)
        #expect(outcome.target == 5, "\(outcome)")
        // The start waits for the first guess of 60 ms; what is too much of it goes.
        #expect(outcome.delay < 30, "\(outcome)")
    }

    @Test("where it is calm, sound is not touched again after its beginning", arguments: [10, 20])
    func calm(milliseconds: Int) {
        for jitter in [0, 2] {
            let outcome = simulate(Path(jitter: jitter, packetMilliseconds: milliseconds), seed: 10)
            #expect(outcome.statistics.concealedSamples == 0, "\(outcome)")
            #expect(outcome.stretches.allSatisfy { $0 < 8_000 } && outcome.stretches.count < 20, "\(outcome)")
            #expect(outcome.target == 5 && outcome.delay < 20, "\(outcome)")
        }
    }

    @Test("what comes late after a calm is waited for at once")
    func calmEnds() {
        var estimator = AudioDelayEstimator()
        for number in 0..<500 {
            let time = Int64(number) * 20_000
            estimator.record(mediaTime: time, arrival: time, .inOrder)
        }
        #expect(estimator.isCalm && estimator.target == 5_000)
        estimator.record(mediaTime: 10_000_000, arrival: 10_004_000, .inOrder)
        #expect(!estimator.isCalm && estimator.target == 10_000)
        for number in 501..<600 {
            let time = Int64(number) * 20_000
            estimator.record(mediaTime: time, arrival: time, .inOrder)
        }
        #expect(!estimator.isCalm, "calm lasts a while before it counts")
        for number in 600..<700 {
            let time = Int64(number) * 20_000
            estimator.record(mediaTime: time, arrival: time, .inOrder)
        }
        #expect(estimator.isCalm)
        estimator.record(mediaTime: 14_020_000, arrival: 14_020_000, .repaired)
        #expect(!estimator.isCalm, "something was lost")
    }

    @Test(
        "a speaker that wants much at a time has it, without a gap and without stretching to and fro",
        arguments: [30, 50])
    func bursts(milliseconds: Int) {
        for jitter in [0, 5] {
            let outcome = simulate(Path(jitter: jitter, pull: milliseconds), seed: 9)
            #expect(outcome.concealedShare < 0.005, "\(outcome)")
            #expect(outcome.delay < Double(milliseconds) + 30, "\(outcome)")
            let stretched =
                outcome.statistics.insertedSamplesForDeceleration + outcome.statistics.removedSamplesForAcceleration
            #expect(stretched < 9_600, "\(outcome)")
        }
    }

    @Test("jitter raises the delay as far as it must, and no further", arguments: [20, 40, 80, 150])
    func jitter(milliseconds: Int) {
        let outcome = simulate(Path(jitter: milliseconds), seed: 2)
        #expect(outcome.packetsInOrder)
        #expect(outcome.concealedShare < 0.02, "\(outcome)")
        #expect(
            outcome.target >= Double(milliseconds) * 0.5 && outcome.target <= Double(milliseconds) * 1.3 + 20,
            "\(outcome)")
        #expect(outcome.delay <= Double(milliseconds) * 1.5 + 50, "\(outcome)")
        #expect(outcome.statistics.packetsDiscarded < outcome.sent / 50, "\(outcome)")
    }

    @Test("single losses are recovered from the next packet, bursts are concealed once each")
    func loss() {
        let single = simulate(Path(jitter: 30, lossRate: 0.05), seed: 3)
        let recoverable = Double(single.sent) * 0.05
        #expect(Double(single.statistics.packetsRecovered) > recoverable * 0.7, "\(single)")
        #expect(single.concealedShare < 0.03, "\(single)")
        let burst = simulate(Path(jitter: 30, lossRate: 0.05, burst: 5), seed: 4)
        #expect(burst.concealedShare > 0.02 && burst.concealedShare < 0.06, "\(burst)")
        let bursts = Double(burst.sent) * 0.05 / 5
        #expect(Double(burst.statistics.concealmentEvents) < bursts * 2, "\(burst)")
        #expect(burst.packetsInOrder)
    }

    @Test("a clock that runs faster or slower neither fills nor empties the buffer", arguments: [1.0005, 0.9995])
    func drift(factor: Double) {
        let outcome = simulate(Path(jitter: 10, drift: factor, seconds: 240), seed: 5)
        #expect(outcome.concealedShare < 0.01, "\(outcome)")
        #expect(outcome.delay < 90, "\(outcome)")
        #expect(outcome.packetsInOrder)
        let stretched =
            factor > 1
            ? outcome.statistics.removedSamplesForAcceleration : outcome.statistics.insertedSamplesForDeceleration
        // 0.05 % of four minutes.
        #expect(stretched > 2000, "\(outcome)")
    }

    @Test("a stall of half a second is survived, and the delay comes down again")
    func stalls() {
        let outcome = simulate(Path(jitter: 5, stallEvery: 20, stall: 500, seconds: 120), seed: 6)
        #expect(outcome.packetsInOrder)
        #expect(outcome.concealedShare < 0.05, "\(outcome)")
        #expect(outcome.delay < 650, "\(outcome)")
    }

    @Test("stalls that come again and again, too rarely for the histogram, are waited for from the third on")
    func peaks() {
        let outcome = simulate(Path(stallEvery: 12, stall: 250, seconds: 120), seed: 7)
        // Ten stalls of a quarter of a second are two per cent.
        #expect(outcome.concealedShare < 0.01, "\(outcome)")
        let rare = simulate(Path(stallEvery: 40, stall: 250, seconds: 120), seed: 8)
        #expect(rare.target < 60, "\(rare)")
        #expect(rare.packetsInOrder && outcome.packetsInOrder)
    }
}
