import CPulse

/// A stream to or from the sound server, opened again whenever the server comes back. All under the server's lock.
class SoundStream: AudioDevice, @unchecked Sendable {
    // Unchecked: everything mutable is touched with the sound server's lock held.

    unowned let server: SoundServer
    let device: String?
    private(set) var stream: OpaquePointer?
    private(set) var latency = DeviceLatency()

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
        beginLatency()
        left = formerPlace
        server.realignEcho(for: self)
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
            beginLatency()
            ready()
            server.realignEcho(for: self)
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
        pa_stream_set_underflow_callback(stream, nil, nil)
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

    // MARK: Latency

    /// Where the latency was learnt.
    private var latencyPlace: String?

    private func beginLatency() {
        let before = latency.milliseconds
        latency.begin(at: MediaClock.now, isOther: place != latencyPlace)
        latencyPlace = place
        latencyBegins()
        if latency.milliseconds != before { applyLatency() }
    }

    func latencyBegins() {}

    /// What was played, or recorded, has a gap.
    func gap() { if latency.recordGap(at: MediaClock.now) { applyLatency() } }

    /// Often enough to notice minutes of calm.
    func reviewLatency(at now: Int64) { if latency.update(at: now) { applyLatency() } }

    /// What is done to the stream now makes a gap by itself.
    func settleLatency() { latency.settle(at: MediaClock.now) }

    private func applyLatency() {
        guard let stream else { return }
        var buffer = bufferAttributes
        if let operation = pa_stream_set_buffer_attr(stream, &buffer, nil, nil) { pa_operation_unref(operation) }
    }

    /// By the latency of now.
    var bufferAttributes: pa_buffer_attr {
        pa_buffer_attr(maxlength: .max, tlength: .max, prebuf: .max, minreq: .max, fragsize: .max)
    }

    /// Bytes of so many milliseconds.
    static func bytes(milliseconds: Int) -> UInt32 { UInt32(milliseconds * 96) }

    func connect(_ stream: OpaquePointer, to target: String?, _ me: UnsafeMutableRawPointer) {}
    func ready() {}
    func failed() {}
    func serverIsComing() {}
    func serverIsAway() { closeStream() }
}
