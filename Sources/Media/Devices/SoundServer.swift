import CPulse
import Logging
import Synchronization

/// The connection to PulseAudio (or PipeWire behind the same API). Opens on first use, comes back after a restart.
///
/// All of libpulse's objects live under its threaded main loop's lock; callbacks run on its thread with the lock held.
final class SoundServer: @unchecked Sendable {
    // Unchecked: everything mutable is touched with the main loop's lock held, or before the loop is started.

    private let logger: Logger
    private let address: String?
    private let loop: OpaquePointer?
    private var context: OpaquePointer?
    private var isStarted = false
    private var streams: [ObjectIdentifier: SoundStream] = [:]
    let list = SoundDeviceList()
    private let echoReference = EchoReference()
    /// What was chosen of each kind, the last first: what takes the place of a missing one.
    private(set) var preferred: [MediaDevice.Kind: [String]] = [:]
    private var observers: [@Sendable () -> Void] = []
    private var retry: OpaquePointer?

    /// - Parameter address: of the server, as in `PULSE_SERVER`; nil for the desktop's own.
    init(logger: Logger, address: String? = nil) {
        self.logger = logger
        self.address = address
        loop = pa_threaded_mainloop_new()
        list.onListed = { [weak self] change in self?.listed(change) }
    }

    /// Nothing of libpulse may call back when this is gone.
    deinit {
        guard let loop else { return }
        // A callback that held the last reference runs on the loop's own thread, which cannot wait for itself.
        let isLoopThread = isStarted && pa_threaded_mainloop_in_thread(loop) != 0
        if isStarted, !isLoopThread { pa_threaded_mainloop_stop(loop) }
        if let retry { pa_threaded_mainloop_get_api(loop)?.pointee.time_free(retry) }
        if let context {
            pa_context_set_state_callback(context, nil, nil)
            pa_context_set_subscribe_callback(context, nil, nil)
            pa_context_disconnect(context)
            pa_context_unref(context)
        }
        if !isLoopThread { pa_threaded_mainloop_free(loop) }
    }

    /// Whether streams can be made now.
    var isReady: Bool { context.map { pa_context_get_state($0) == PA_CONTEXT_READY } ?? false }

    func locked<Result>(_ body: () -> Result) -> Result {
        guard let loop else { return body() }
        if pa_threaded_mainloop_in_thread(loop) != 0 { return body() }
        pa_threaded_mainloop_lock(loop)
        defer { pa_threaded_mainloop_unlock(loop) }
        return body()
    }

    /// Microphones and speakers as last told by the server. Waits a moment for the first answer.
    func devices() -> [MediaDevice] {
        start()
        for _ in 0..<50 where locked({ !list.isKnown }) {
            MediaClock.sleep(until: MediaClock.now + 10_000)
        }
        return locked { list.devices }
    }

    func observe(_ handler: @escaping @Sendable () -> Void) { locked { observers.append(handler) } }

    func setPreferred(_ names: [MediaDevice.Kind: [String]]) { locked { preferred = names } }

    func record(from name: String?, into capture: AudioCapture) -> any AudioDevice {
        add(RecordStream(server: self, device: name, capture: capture))
    }

    func play(_ output: AudioOutput, on name: String?, usage: CPUUsage) -> any AudioDevice {
        add(PlaybackStream(server: self, device: name, output: output, usage: usage))
    }

    private func add(_ stream: SoundStream) -> any AudioDevice {
        start()
        locked {
            streams[ObjectIdentifier(stream)] = stream
            guard let context, PA_CONTEXT_IS_GOOD(pa_context_get_state(context)) != 0 else {
                return stream.serverIsAway()
            }
            // A server that is about to answer is no problem to tell of.
            stream.serverIsComing()
            open(stream)
        }
        return stream
    }

    func remove(_ stream: SoundStream) {
        locked {
            streams.removeValue(forKey: ObjectIdentifier(stream))
            stream.closeStream()
        }
    }

    /// What is being played now, for the echo cancellers.
    ///
    /// - Parameters:
    ///   - number: of the speaker.
    ///   - latency: until it is heard, ms.
    func played(_ samples: UnsafePointer<Int16>, by number: Int, latency: Int, at now: Int64) {
        guard let all = echoReference.hear(samples, from: number, latency: latency, at: now) else { return }
        for stream in streams.values { (stream as? RecordStream)?.heard(all, at: now) }
    }

    /// A stream is somewhere else now: the echo of a speaker comes to every microphone on another way.
    func realignEcho(for stream: SoundStream) {
        for candidate in streams.values where !stream.isRecording || candidate === stream {
            (candidate as? RecordStream)?.realignEcho()
        }
    }

    /// From what the echo cancellers are told to the speakers, ms.
    var playbackDelay: Int { echoReference.latency }

    // MARK: Connection

    private func start() {
        guard let loop else { return }
        let mustStart = locked {
            defer { isStarted = true }
            return !isStarted
        }
        guard mustStart else { return }
        pa_threaded_mainloop_start(loop)
        locked { connect() }
    }

    private func connect() {
        guard let loop else { return }
        if let context {
            pa_context_disconnect(context)
            pa_context_unref(context)
        }
        context = pa_context_new(pa_threaded_mainloop_get_api(loop), "Causerie")
        guard let context else { return }
        let me = Unmanaged.passUnretained(self).toOpaque()
        pa_context_set_state_callback(
            context,
            { _, me in
                guard let me else { return }
                Unmanaged<SoundServer>.fromOpaque(me).takeUnretainedValue().contextChanged()
            }, me)
        if pa_context_connect(context, address, PA_CONTEXT_NOFLAGS, nil) < 0 { contextFailed() }
    }

    private func contextChanged() {
        guard let context else { return }
        switch pa_context_get_state(context) {
        case PA_CONTEXT_READY:
            subscribe(context)
            list.refresh(context)
        case PA_CONTEXT_FAILED, PA_CONTEXT_TERMINATED:
            contextFailed()
        default: break
        }
    }

    /// The server is not there, or went away: streams say so, and a second later we look again.
    private func contextFailed() {
        let isChanged = list.clear()
        for stream in streams.values { stream.serverIsAway() }
        if isChanged { tellObservers() }
        tryAgainSoon()
    }

    /// A second from now: the connection, or the streams that have no device.
    func tryAgainSoon() {
        guard let loop, retry == nil else { return }
        let me = Unmanaged.passUnretained(self).toOpaque()
        retry = CPulse_timer(
            pa_threaded_mainloop_get_api(loop), 1000,
            { api, event, _, me in
                guard let me else { return }
                let server = Unmanaged<SoundServer>.fromOpaque(me).takeUnretainedValue()
                api?.pointee.time_free(event)
                server.retry = nil
                server.tryAgain()
            }, me)
    }

    private func tryAgain() {
        guard let context, PA_CONTEXT_IS_GOOD(pa_context_get_state(context)) != 0 else { return connect() }
        openMissing()
    }

    private func openMissing() {
        for stream in streams.values where stream.stream == nil { open(stream) }
    }

    /// As soon as the server has told its devices.
    func open(_ stream: SoundStream) {
        guard let context, isReady, list.isComplete else { return }
        switch target(for: stream) {
        case .none: stream.lost()
        case .serverDefault: stream.open(nil, in: context)
        case .named(let name): stream.open(name, in: context)
        }
    }

    private func listed(_ change: SoundDeviceList.Change) {
        // Streams that the server moved away go back to the device that was chosen.
        for stream in streams.values where stream.isElsewhere(than: change.appeared) { open(stream) }
        for stream in streams.values {
            if !change.appeared.isEmpty || !change.disappeared.isEmpty { stream.forgetMoves() }
            settle(stream)
        }
        openMissing()
        if change.isVisible { tellObservers() }
    }

    private func tellObservers() {
        for observer in observers { observer() }
    }

    private func subscribe(_ context: OpaquePointer) {
        let me = Unmanaged.passUnretained(self).toOpaque()
        pa_context_set_subscribe_callback(
            context,
            { context, _, _, me in
                guard let me, let context else { return }
                Unmanaged<SoundServer>.fromOpaque(me).takeUnretainedValue().list.refresh(context)
            }, me)
        let mask = pa_subscription_mask_t(
            PA_SUBSCRIPTION_MASK_SINK.rawValue | PA_SUBSCRIPTION_MASK_SOURCE.rawValue
                | PA_SUBSCRIPTION_MASK_SERVER.rawValue)
        unref(pa_context_subscribe(context, mask, nil, nil))
    }

    private func unref(_ operation: OpaquePointer?) {
        if let operation { pa_operation_unref(operation) }
    }
}
