import Logging
import Synchronization
import Testing

@testable import Media

@Suite("Another microphone or speaker in mid-stream") struct AudioHandoverTests {
    private func frame(at time: Int64) -> EncodedAudio {
        EncodedAudio(bytes: [1, 2, 3], sampleCount: 960, captureTime: time, level: 30, voiceActivity: true)
    }

    @Test("the former microphone is sent until the new one comes; no moment twice, less than a frame left out")
    func handover() {
        let handover = AudioHandover()
        let first = handover.begin()
        #expect(handover.admit(frame(at: 0), of: first) == (true, true))
        #expect(handover.admit(frame(at: 20_000), of: first) == (true, false))
        let second = handover.begin()
        #expect(handover.admit(frame(at: 40_000), of: first) == (true, false))
        #expect(handover.admit(frame(at: 33_000), of: second) == (false, false), "most of it has been sent")
        #expect(handover.admit(frame(at: 60_000), of: first) == (false, false))
        #expect(handover.admit(frame(at: 53_000), of: second) == (true, true))
        #expect(handover.admit(frame(at: 73_000), of: second) == (true, false))
        let third = handover.begin()
        handover.cut(to: third)
        #expect(handover.admit(frame(at: 93_000), of: second) == (false, false))
        #expect(handover.admit(frame(at: 93_000), of: third) == (true, true))
    }

    @Test("from one tone to the next no more than a frame is lost, and none comes twice")
    func tones() async throws {
        let engine = MediaEngine(logger: Logger(label: "test"), deviceFolder: "/nonexistent", soundServer: "unix:/none")
        let frames = Mutex<[EncodedAudio]>([])
        let sending = engine.sendAudio(
            from: .testTone(hertz: 440), settings: AudioSettings(),
            onFrame: { frame in frames.withLock { $0.append(frame) } }, onProblem: { _ in })
        try await eventually("sound") { frames.withLock { $0.count } >= 20 }
        #expect(sending.captureDelay == 30)
        for hertz in [880, 660] {
            let before = frames.withLock { $0.count }
            sending.change(to: .testTone(hertz: hertz))
            try await eventually("the next sound") { frames.withLock { $0.count } >= before + 20 }
        }
        sending.change(to: .none)
        #expect(sending.captureDelay == nil)
        let times = frames.withLock { $0.map(\.captureTime) }
        let steps = zip(times, times.dropFirst()).map { $1 - $0 }
        // Only the machine's own stops are longer; the tone goes on from where it should be.
        #expect(steps.allSatisfy { $0 >= 10_000 && $0 <= 40_000 || $0 > 500_000 }, "\(steps)")
        sending.close()
    }

    @Test("what is mixed in pieces of any size is what is mixed at once")
    func pieces() throws {
        let engine = MediaEngine(logger: Logger(label: "test"), deviceFolder: "/nonexistent", soundServer: "unix:/none")
        let mixes = try [[480], [240, 1, 479, 120, 480, 333]].map { sizes in
            let output = AudioOutput(onEmpty: {})
            let source = try ToneSource(hertz: 500)
            let receiving = AudioReceiving(engine: engine, packets: source, onProblem: { _ in })
            receiving.join(output)
            var (mixed, turn): ([Int16], Int) = ([], 0)
            while mixed.count < 9_600 {
                let count = min(sizes[turn % sizes.count], 9_600 - mixed.count)
                mixed += UnsafeBufferPointer(start: output.mix(count, at: 0), count: count)
                turn += 1
            }
            #expect(source.pulls == 10, "no packet before it is wanted")
            receiving.close()
            return mixed
        }
        #expect(mixes[0] == mixes[1] && mixes[0].contains { abs($0) > 3_000 })
    }

    @Test("the former speaker plays until the new one does, and never both")
    func speakers() async throws {
        let engine = MediaEngine(logger: Logger(label: "test"), deviceFolder: "/nonexistent", soundServer: "unix:/none")
        let source = try ToneSource(hertz: 660)
        let receiving = AudioReceiving(engine: engine, packets: source, onProblem: { _ in })
        let isFree = Atomic<Bool>(false)
        let first = AudioOutput(onEmpty: { isFree.store(true, ordering: .relaxed) })
        let second = AudioOutput(isReady: false, onEmpty: {})
        receiving.join(first)
        for _ in 0..<10 { _ = first.mix(at: 0) }
        #expect(source.pulls == 5)
        #expect(receiving.playoutDelay == 0)
        first.latency.store(25, ordering: .relaxed)
        _ = first.mix(at: 0)
        #expect(receiving.playoutDelay == 35, "the speaker's, and half a packet")
        _ = first.mix(at: 0)
        receiving.join(second)
        for _ in 0..<10 {
            _ = first.mix(at: 0)
            #expect(isSilent(second))
        }
        #expect(source.pulls == 11 && !isFree.load(ordering: .relaxed))
        second.becomeReady()
        #expect(isSilent(first) && !isSilent(second))
        try await eventually("the former one is let go") { isFree.load(ordering: .relaxed) }
        for _ in 0..<9 { #expect(!isSilent(second)) }
        #expect(source.pulls == 16)
        receiving.close()
    }

    @Test("who goes back to a speaker before the next one plays has not left it")
    func backAgain() async throws {
        let engine = MediaEngine(logger: Logger(label: "test"), deviceFolder: "/nonexistent", soundServer: "unix:/none")
        let source = try ToneSource(hertz: 660)
        let receiving = AudioReceiving(engine: engine, packets: source, onProblem: { _ in })
        let (firstIsFree, secondIsFree) = (Freedom(), Freedom())
        let first = AudioOutput(onEmpty: { firstIsFree.come() })
        let second = AudioOutput(isReady: false, onEmpty: { secondIsFree.come() })
        receiving.join(first)
        receiving.join(second)
        receiving.join(first)
        try await eventually("the other one is let go") { secondIsFree.hasCome }
        for _ in 0..<10 { _ = first.mix(at: 0) }
        #expect(source.pulls == 5 && !firstIsFree.hasCome)
        receiving.close()
        #expect(firstIsFree.hasCome)
    }

    private final class Freedom: Sendable {
        private let value = Atomic<Bool>(false)
        var hasCome: Bool { value.load(ordering: .relaxed) }
        func come() { value.store(true, ordering: .relaxed) }
    }

    private func isSilent(_ output: AudioOutput) -> Bool {
        let samples = output.mix(at: 0)
        return (0..<AudioProcessor.chunk).allSatisfy { samples[$0] == 0 }
    }
}
