import Glibc
import Synchronization

/// A thread that does something every 10 ms, without drift, until it is told to stop.
final class AudioTicker: Sendable {
    private let isStopped = Atomic<Bool>(false)

    func start(_ name: String, usage: CPUUsage? = nil, _ tick: @escaping @Sendable (Int64) -> Void) {
        WorkerThread.start(name) { [self] in
            var due = MediaClock.now
            var cpu = MediaClock.threadCPU
            while !isStopped.load(ordering: .relaxed) {
                tick(due)
                let spent = MediaClock.threadCPU
                usage?.add(spent - cpu, to: .sound)
                cpu = spent
                due += 10_000
                // After a long stop of the whole machine, go on from now.
                if MediaClock.now - due > 500_000 { due = MediaClock.now }
                MediaClock.sleep(until: due)
            }
        }
    }

    func stop() { isStopped.store(true, ordering: .relaxed) }
}

/// A sine at -20 dBFS, for calls without a microphone.
final class ToneGenerator: AudioDevice {
    private let ticker = AudioTicker()

    init(hertz: Int, capture: AudioCapture) {
        let phase = PhaseBox()
        capture.delay.store(10, ordering: .relaxed)
        ticker.start("tone") { [capture, phase] now in
            withUnsafeTemporaryAllocation(of: Int16.self, capacity: AudioProcessor.chunk) { samples in
                guard let base = samples.baseAddress else { return }
                let start = phase.advance(by: AudioProcessor.chunk)
                for index in 0..<AudioProcessor.chunk {
                    let turn = Double((start + index) * hertz % 48_000) / 48_000
                    (base + index).initialize(to: Int16(3277 * sin(2 * .pi * turn)))
                }
                capture.ring.push(.near, base, time: now - 10_000, delayMilliseconds: 0)
            }
        }
    }

    func stop() { ticker.stop() }

    /// The sample counter of the tone; only the ticker's thread touches it.
    private final class PhaseBox: Sendable {
        private let value = Atomic<Int>(0)

        func advance(by count: Int) -> Int {
            let start = value.load(ordering: .relaxed)
            value.store((start + count) % 48_000, ordering: .relaxed)
            return start
        }
    }
}

/// No microphone: nothing is sent, and the stream is told why.
final class NoMicrophone: AudioDevice {
    init(capture: AudioCapture) { capture.report(.noDevice) }

    func stop() {}
}

/// Plays into the void at the right speed, so that buffers and figures live where there is no speaker.
final class SilentPlayer: AudioDevice {
    private let ticker = AudioTicker()
    private let isStopped = Atomic<Bool>(false)
    private let isMixing = Atomic<Bool>(false)

    init(output: AudioOutput, usage: CPUUsage) {
        ticker.start("silence", usage: usage) { [self, output] _ in
            isMixing.store(true, ordering: .sequentiallyConsistent)
            if !isStopped.load(ordering: .sequentiallyConsistent) { _ = output.mix(at: MediaClock.now) }
            isMixing.store(false, ordering: .releasing)
        }
    }

    /// Comes back when the last mix is done: whoever plays next must be the only one who mixes.
    func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        ticker.stop()
        while isMixing.load(ordering: .sequentiallyConsistent) { sched_yield() }
    }
}
