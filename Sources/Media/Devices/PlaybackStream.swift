import CPulse
import Synchronization

/// A speaker: asks the mix for as much as the server wants. While the server is away, a silent player takes over.
final class PlaybackStream: SoundStream, @unchecked Sendable {
    // Unchecked: as the superclass.

    private let output: AudioOutput
    private let usage: CPUUsage
    private var substitute: SilentPlayer?
    /// What the echo cancellers have not been told yet: they want whole chunks.
    private let chunks = ChunkAssembler()

    init(server: SoundServer, device: String?, output: AudioOutput, usage: CPUUsage) {
        self.output = output
        self.usage = usage
        super.init(server: server, device: device)
    }

    override func connect(_ stream: OpaquePointer, to target: String?, _ me: UnsafeMutableRawPointer) {
        pa_stream_set_write_callback(
            stream,
            { _, count, me in
                guard let me else { return }
                Unmanaged<PlaybackStream>.fromOpaque(me).takeUnretainedValue().write(count)
            }, me)
        pa_stream_set_underflow_callback(
            stream,
            { _, me in
                guard let me else { return }
                Unmanaged<PlaybackStream>.fromOpaque(me).takeUnretainedValue().gap()
            }, me)
        var buffer = bufferAttributes
        if pa_stream_connect_playback(stream, target, &buffer, Self.flags, nil, nil) < 0 { lost() }
    }

    /// Asked for in small pieces: the server keeps twice such a piece in reserve, and gives half of the rest to the device.
    override var bufferAttributes: pa_buffer_attr {
        let length = Self.bytes(milliseconds: latency.milliseconds)
        let piece = min(length / 4, Self.bytes(milliseconds: 5)) / 2 * 2
        return pa_buffer_attr(maxlength: .max, tlength: length, prebuf: .max, minreq: piece, fragsize: .max)
    }

    override func ready() {
        substitute?.stop()
        substitute = nil
        output.becomeReady()
    }

    override var isPersonal: Bool { output.isPersonal }
    override var isHeldBack: Bool { output.isHoldingBack }
    override var privacy: AudioOutput.Place { output.place }
    override func tell(_ problem: MediaProblem?) { output.report(problem) }

    override func settle(_ privacy: AudioOutput.Place) {
        let wasHeldBack = output.isHoldingBack
        output.setPlace(privacy)
        // What the server has but not played yet was made for the headset.
        guard !wasHeldBack, output.isHoldingBack, let stream, let operation = pa_stream_flush(stream, nil, nil) else {
            return
        }
        settleLatency()
        pa_operation_unref(operation)
    }

    override func failed() {
        playSilently()
        output.becomeReady()
        output.report(device.map { .deviceNotFound($0) } ?? .noDevice)
    }

    override func serverIsComing() { playSilently() }

    override func serverIsAway() {
        super.serverIsAway()
        playSilently()
        output.becomeReady()
        output.report(.noSoundServer)
    }

    override func stop() {
        super.stop()
        server.locked {
            substitute?.stop()
            substitute = nil
        }
    }

    private func playSilently() {
        guard substitute == nil else { return }
        output.latency.store(0, ordering: .relaxed)
        substitute = SilentPlayer(output: output, usage: usage)
    }

    /// Exactly as much as is asked for: what is mixed beyond that is only heard later.
    private func write(_ wanted: Int) {
        guard let stream, substitute == nil else { return }
        let delay = latencyMilliseconds
        output.latency.store(delay, ordering: .relaxed)
        reviewLatency(at: MediaClock.now)
        let all = wanted / 2
        var written = 0
        while written < all {
            let now = MediaClock.now
            let count = min(all - written, AudioProcessor.chunk)
            let samples = output.mix(count, of: all, at: now)
            tellCancellers(samples, count, latency: delay + written / 48, at: now)
            pa_stream_write(stream, samples, count * 2, nil, 0, PA_SEEK_RELATIVE)
            written += count
        }
    }

    /// - Parameter latency: until the first of these samples is heard, ms.
    private func tellCancellers(_ samples: UnsafePointer<Int16>, _ count: Int, latency: Int, at now: Int64) {
        chunks.add(samples, count) { chunk, end in
            // A chunk's beginning is heard sooner than its end, which is only complete now.
            let wait = max(0, latency + (end - AudioProcessor.chunk) / 48)
            server.played(chunk, by: output.number, latency: wait, at: now)
        }
    }
}
