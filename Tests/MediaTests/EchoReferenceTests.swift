import Testing

@testable import Media

@Suite("What all speakers play") struct EchoReferenceTests {
    /// A speaker in virtual time: asks for a chunk each 10 ms, more or less, and plays it `latency` later.
    private struct Speaker {
        var number: Int
        var latency: Int
        /// ms after the others
        var phase = 0
        /// Plays between these, ms.
        var begin = 0
        var end = Int.max
        /// Samples it plays, by the time at which they leave it, in chunks.
        var level: Int16
    }

    /// What the reference says in each chunk, as the leader's first sample has it.
    private func run(_ speakers: [Speaker], milliseconds: Int, jitter: [Int] = [0]) -> [(time: Int, value: Int16)] {
        let reference = EchoReference()
        var heard: [(time: Int, value: Int16)] = []
        var chunk = [Int16](repeating: 0, count: AudioProcessor.chunk)
        var events: [(time: Int, speaker: Int)] = []
        for (index, speaker) in speakers.enumerated() {
            for beat in 0..<(milliseconds / 10) {
                let time = beat * 10 + speaker.phase + jitter[beat % jitter.count]
                if (speaker.begin..<speaker.end).contains(beat * 10) { events.append((time, index)) }
            }
        }
        for event in events.sorted(by: { ($0.time, $0.speaker) < ($1.time, $1.speaker) }) {
            let speaker = speakers[event.speaker]
            // A click each half second, by the time at which it leaves the speaker.
            let leaves = event.time + speaker.latency
            let value = leaves % 500 < 10 ? speaker.level : 0
            for index in chunk.indices { chunk[index] = value }
            let sum = chunk.withUnsafeBufferPointer { samples -> Int16? in
                guard let base = samples.baseAddress else { return nil }
                return reference.hear(
                    base, from: speaker.number, latency: speaker.latency, at: Int64(event.time) * 1000)?[0]
            }
            if let sum { heard.append((leaves, sum)) }
        }
        return heard
    }

    @Test("one speaker is its own reference")
    func one() {
        let heard = run([Speaker(number: 7, latency: 20, level: 100)], milliseconds: 3_000)
        #expect(heard.count == 300)
        #expect(heard.allSatisfy { $0.value == ($0.time % 500 < 10 ? 100 : 0) })
    }

    @Test(
        "two speakers give one row of chunks, in which what is heard together stands together",
        arguments: [0, 30, 120])
    func two(difference: Int) {
        let speakers = [
            Speaker(number: 1, latency: 20 + difference, phase: 3, level: 100),
            Speaker(number: 2, latency: 20, level: 20),
        ]
        for jitter in [[0], [0, 4, 0, 6]] {
            let heard = run(speakers, milliseconds: 5_000, jitter: jitter)
            #expect(abs(heard.count - 500) < 20, "\(heard.count)")
            // Once the leader is found: both clicks within some chunks of each other, and each of them once.
            let late = heard.filter { $0.time > 1_200 && $0.time < 4_700 }
            let clicks = late.filter { $0.value != 0 }
            #expect(clicks.reduce(0) { $0 + Int($1.value) } == 7 * 120, "\(clicks)")
            #expect(clicks.allSatisfy { ($0.time + 20) % 500 <= 60 }, "\(clicks)")
        }
    }

    @Test("a speaker that goes leaves the others; so does the one that gave the beat")
    func leaving() {
        let speakers = [
            Speaker(number: 1, latency: 20, end: 2_000, level: 100), Speaker(number: 2, latency: 60, level: 20),
        ]
        let heard = run(speakers, milliseconds: 6_000)
        #expect(heard.count > 550)
        let last = heard.filter { $0.time > 3_000 }
        #expect(last.allSatisfy { $0.value == ($0.time % 500 < 10 ? 20 : 0) })
    }

    @Test("the sum stays within 16 bits, and more speakers than there is room for do no harm")
    func bounds() {
        let many = (1...12).map { Speaker(number: $0, latency: 20, level: 30_000) }
        let heard = run(many, milliseconds: 2_000)
        #expect(heard.contains { $0.value == .max } && heard.allSatisfy { $0.value >= 0 })
    }
}
