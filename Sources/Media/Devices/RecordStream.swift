import CPulse
import Synchronization

/// A microphone: its samples go to the capture's ring in chunks of 10 ms.
final class RecordStream: SoundStream, @unchecked Sendable {
    // Unchecked: as the superclass.

    private let capture: AudioCapture
    private let chunks = ChunkAssembler()
    private var gaps = CaptureGaps()

    init(server: SoundServer, device: String?, capture: AudioCapture) {
        self.capture = capture
        super.init(server: server, device: device)
    }

    override func connect(_ stream: OpaquePointer, to target: String?, _ me: UnsafeMutableRawPointer) {
        pa_stream_set_read_callback(
            stream,
            { _, _, me in
                guard let me else { return }
                Unmanaged<RecordStream>.fromOpaque(me).takeUnretainedValue().read()
            }, me)
        var buffer = bufferAttributes
        if pa_stream_connect_record(stream, target, &buffer, Self.flags) < 0 { lost() }
    }

    /// In pieces of half the latency: the device has one while the other is on its way. Whole chunks, or half ones: others
    /// would leave each chunk waiting for a different time, which is jitter to the far side.
    override var bufferAttributes: pa_buffer_attr {
        let half = latency.milliseconds / 2
        return pa_buffer_attr(
            maxlength: .max, tlength: .max, prebuf: .max, minreq: .max,
            fragsize: Self.bytes(milliseconds: half < 10 ? 5 : half / 10 * 10))
    }

    override var isRecording: Bool { true }

    override func latencyBegins() { gaps.begin() }

    override func tell(_ problem: MediaProblem?) { capture.report(problem) }

    override func failed() {
        capture.report(device.map { .deviceNotFound($0) } ?? .noDevice)
    }

    override func serverIsAway() {
        super.serverIsAway()
        capture.report(.noSoundServer)
    }

    func heard(_ samples: UnsafePointer<Int16>, at now: Int64) {
        capture.ring.push(.far, samples, time: now, delayMilliseconds: 0)
    }

    func realignEcho() { capture.realignEcho() }

    private func read() {
        guard let stream else { return }
        let now = MediaClock.now
        let age = latencyMilliseconds
        capture.delay.store(age, ordering: .relaxed)
        let delay = age + server.playbackDelay
        reviewLatency(at: now)
        // Several pieces wait when we are late: the first of them is as old as all of them together.
        var waiting = Int(clamping: pa_stream_readable_size(stream)) / 2
        while true {
            var data: UnsafeRawPointer?
            var count = 0
            guard pa_stream_peek(stream, &data, &count) == 0, count > 0 else { return }
            waiting = max(0, waiting - count / 2)
            let end = now - Int64(waiting) * 1000 / 48
            // A hole in the server's queue, or what never came to it.
            if gaps.record(count: count / 2, at: now) || data == nil { gap() }
            if let data { take(data.assumingMemoryBound(to: Int16.self), count: count / 2, end: end, delay: delay) }
            pa_stream_drop(stream)
        }
    }

    private func take(_ samples: UnsafePointer<Int16>, count: Int, end: Int64, delay: Int) {
        chunks.add(samples, count) { chunk, chunkEnd in
            let age = Int64(count - chunkEnd + AudioProcessor.chunk) * 1000 / 48
            capture.ring.push(.near, chunk, time: end - age, delayMilliseconds: delay)
        }
    }
}
