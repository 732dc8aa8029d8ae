import CPulse
import Glibc

/// A stream to or from the sound server, opened again whenever the server comes back. All under the server's lock.
class SoundStream: AudioDevice, @unchecked Sendable {
    // Unchecked: everything mutable is touched with the sound server's lock held.

    unowned let server: SoundServer
    let device: String?
    private(set) var stream: OpaquePointer?

    init(server: SoundServer, device: String?) {
        self.server = server
        self.device = device
    }

    /// 48 kHz, mono, 16 bits: what the codec and the processing work with.
    static let format = pa_sample_spec(format: PA_SAMPLE_S16LE, rate: 48_000, channels: 1)

    /// - Parameter target: nil for the device that the server takes.
    func open(_ target: String?, in context: OpaquePointer) {
        closeStream()
        let properties = pa_proplist_new()
        defer { pa_proplist_free(properties) }
        // Lets the desktop duck music and route to the headset.
        pa_proplist_sets(properties, "media.role", "phone")
        var format = Self.format
        guard let stream = pa_stream_new_with_proplist(context, "Call", &format, nil, properties) else {
            lost()
            return
        }
        self.stream = stream
        let me = Unmanaged.passUnretained(self).toOpaque()
        pa_stream_set_state_callback(
            stream,
            { _, me in
                guard let me else { return }
                Unmanaged<SoundStream>.fromOpaque(me).takeUnretainedValue().stateChanged()
            }, me)
        pa_stream_set_moved_callback(
            stream,
            { _, me in
                guard let me else { return }
                Unmanaged<SoundStream>.fromOpaque(me).takeUnretainedValue().moved()
            }, me)
        connect(stream, to: target, me)
    }

    /// Where the stream is now, and where it was before somebody moved it.
    private(set) var place: String?
    private(set) var formerPlace: String?

    private func notePlace() {
        guard let stream, let name = pa_stream_get_device_name(stream) else { return }
        formerPlace = place
        place = String(cString: name)
    }

    /// The device that the stream was moved away from, as long as the list may not know yet that it is gone.
    private(set) var left: String?

    private func moved() {
        notePlace()
        left = formerPlace
        server.settle(self)
    }

    /// Where it was sent last of our own accord: once, so that the user's hand has the last word.
    private var sentTo: String?

    /// Whether it may be sent there, which counts as done.
    func mayMove(to name: String) -> Bool {
        defer { sentTo = name }
        return sentTo != name
    }

    /// Other devices are there now: what was done is no measure any more.
    func forgetMoves() {
        sentTo = nil
        left = nil
    }

    var isRecording: Bool { false }

    /// Whether the sound was for one person alone, and whether it is silenced because it would be heard by more.
    var isPersonal: Bool { false }
    var isHeldBack: Bool { false }
    var privacy: AudioOutput.Place { .unknown }

    /// It is played there now.
    func settle(_ privacy: AudioOutput.Place) {}
    func tell(_ problem: MediaProblem?) {}

    private func stateChanged() {
        guard let stream else { return }
        switch pa_stream_get_state(stream) {
        case PA_STREAM_READY:
            notePlace()
            ready()
            server.settle(self)
        case PA_STREAM_FAILED, PA_STREAM_TERMINATED: lost()
        default: break
        }
    }

    /// No device, or not any more: we try again until there is one.
    func lost() {
        closeStream()
        failed()
        server.tryAgainSoon()
    }

    /// Whether the server has moved the stream away from the device that was chosen, which is one of these.
    func isElsewhere(than names: Set<String>) -> Bool {
        guard let device, let place else { return false }
        return names.contains(device) && place != device
    }

    func closeStream() {
        guard let stream else { return }
        place = nil
        formerPlace = nil
        pa_stream_set_state_callback(stream, nil, nil)
        pa_stream_set_moved_callback(stream, nil, nil)
        pa_stream_set_read_callback(stream, nil, nil)
        pa_stream_set_write_callback(stream, nil, nil)
        pa_stream_disconnect(stream)
        pa_stream_unref(stream)
        self.stream = nil
    }

    func stop() { server.remove(self) }

    /// Latency by the server's own account, ms.
    var latencyMilliseconds: Int {
        guard let stream else { return 0 }
        var latency: pa_usec_t = 0
        var isNegative: Int32 = 0
        guard pa_stream_get_latency(stream, &latency, &isNegative) == 0, isNegative == 0 else { return 0 }
        return Int(min(latency / 1000, 1000))
    }

    static let flags = pa_stream_flags_t(
        PA_STREAM_ADJUST_LATENCY.rawValue | PA_STREAM_INTERPOLATE_TIMING.rawValue
            | PA_STREAM_AUTO_TIMING_UPDATE.rawValue)

    func connect(_ stream: OpaquePointer, to target: String?, _ me: UnsafeMutableRawPointer) {}
    func ready() {}
    func failed() {}
    func serverIsComing() {}
    func serverIsAway() { closeStream() }
}

/// A microphone: its samples go to the capture's ring in chunks of 10 ms.
final class RecordStream: SoundStream, @unchecked Sendable {
    // Unchecked: as the superclass.

    private let capture: AudioCapture
    private let chunk: UnsafeMutablePointer<Int16>
    private var filled = 0

    init(server: SoundServer, device: String?, capture: AudioCapture) {
        self.capture = capture
        chunk = .allocate(capacity: AudioProcessor.chunk)
        super.init(server: server, device: device)
    }

    deinit { chunk.deallocate() }

    override func connect(_ stream: OpaquePointer, to target: String?, _ me: UnsafeMutableRawPointer) {
        pa_stream_set_read_callback(
            stream,
            { _, _, me in
                guard let me else { return }
                Unmanaged<RecordStream>.fromOpaque(me).takeUnretainedValue().read()
            }, me)
        var buffer = pa_buffer_attr(
            maxlength: .max, tlength: .max, prebuf: .max, minreq: .max, fragsize: UInt32(AudioProcessor.chunk * 2 * 2))
        if pa_stream_connect_record(stream, target, &buffer, Self.flags) < 0 { lost() }
    }

    override var isRecording: Bool { true }

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

    private func read() {
        guard let stream else { return }
        let now = MediaClock.now
        let delay = latencyMilliseconds + server.playbackDelay
        while true {
            var data: UnsafeRawPointer?
            var count = 0
            guard pa_stream_peek(stream, &data, &count) == 0, count > 0 else { return }
            if let data { take(data.assumingMemoryBound(to: Int16.self), count: count / 2, now: now, delay: delay) }
            pa_stream_drop(stream)
        }
    }

    private func take(_ samples: UnsafePointer<Int16>, count: Int, now: Int64, delay: Int) {
        var offset = 0
        while offset < count {
            let part = min(AudioProcessor.chunk - filled, count - offset)
            (chunk + filled).update(from: samples + offset, count: part)
            filled += part
            offset += part
            guard filled == AudioProcessor.chunk else { continue }
            filled = 0
            let age = Int64(count - offset + AudioProcessor.chunk) * 1000 / 48
            capture.ring.push(.near, chunk, time: now - age, delayMilliseconds: delay)
        }
    }
}

/// A speaker: asks the mix for as much as the server wants. While the server is away, a silent player takes over.
final class PlaybackStream: SoundStream, @unchecked Sendable {
    // Unchecked: as the superclass.

    private let output: AudioOutput
    private let usage: CPUUsage
    private var substitute: SilentPlayer?

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
        var buffer = pa_buffer_attr(
            maxlength: .max, tlength: UInt32(AudioProcessor.chunk * 2 * 3), prebuf: .max,
            minreq: UInt32(AudioProcessor.chunk * 2), fragsize: .max)
        if pa_stream_connect_playback(stream, target, &buffer, Self.flags, nil, nil) < 0 { lost() }
    }

    override func ready() {
        substitute?.stop()
        substitute = nil
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
        pa_operation_unref(operation)
    }

    override func failed() {
        playSilently()
        output.report(device.map { .deviceNotFound($0) } ?? .noDevice)
    }

    override func serverIsComing() { playSilently() }

    override func serverIsAway() {
        super.serverIsAway()
        playSilently()
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
        if substitute == nil { substitute = SilentPlayer(output: output, usage: usage) }
    }

    private func write(_ wanted: Int) {
        guard let stream, substitute == nil else { return }
        var left = wanted
        let bytes = AudioProcessor.chunk * 2
        while left > 0 {
            let now = MediaClock.now
            let samples = output.mix(at: now)
            server.played(samples, at: now)
            pa_stream_write(stream, samples, bytes, nil, 0, PA_SEEK_RELATIVE)
            left -= bytes
        }
    }
}
