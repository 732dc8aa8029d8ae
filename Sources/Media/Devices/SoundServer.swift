import CPulse
import Logging
import Synchronization

/// The connection to PulseAudio (or PipeWire behind the same API). Opens on first use, comes back after a restart.
///
/// All of libpulse's objects live under its threaded main loop's lock; callbacks run on its thread with the lock held.
final class SoundServer: @unchecked Sendable {
    // Unchecked: everything mutable is touched with the main loop's lock held, or before the loop is started.

    private let logger: Logger
    private let loop: OpaquePointer?
    private var context: OpaquePointer?
    private var isStarted = false
    private var streams: [ObjectIdentifier: SoundStream] = [:]
    private var found: [MediaDevice] = []
    private var defaults: (source: String?, sink: String?) = (nil, nil)
    private var observers: [@Sendable () -> Void] = []
    private var retry: OpaquePointer?

    init(logger: Logger) {
        self.logger = logger
        loop = pa_threaded_mainloop_new()
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
        for _ in 0..<20 where locked({ found.isEmpty && isConnecting }) {
            MediaClock.sleep(until: MediaClock.now + 10_000)
        }
        return locked { found }
    }

    private var isConnecting: Bool {
        guard let context else { return false }
        return PA_CONTEXT_IS_GOOD(pa_context_get_state(context)) != 0
    }

    func observe(_ handler: @escaping @Sendable () -> Void) { locked { observers.append(handler) } }

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
            if let context, isReady { stream.open(in: context) } else { stream.serverIsAway() }
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
    func played(_ samples: UnsafePointer<Int16>, at now: Int64) {
        for stream in streams.values { (stream as? RecordStream)?.heard(samples, at: now) }
    }

    /// Delay of the speakers, ms, the largest of all.
    var playbackDelay: Int {
        streams.values.reduce(0) { max($0, ($1 as? PlaybackStream)?.latencyMilliseconds ?? 0) }
    }

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
        if pa_context_connect(context, nil, PA_CONTEXT_NOFLAGS, nil) < 0 { contextFailed() }
    }

    private func contextChanged() {
        guard let context else { return }
        switch pa_context_get_state(context) {
        case PA_CONTEXT_READY:
            subscribe(context)
            list(context)
            for stream in streams.values { stream.open(in: context) }
        case PA_CONTEXT_FAILED, PA_CONTEXT_TERMINATED:
            contextFailed()
        default: break
        }
    }

    /// The server is not there, or went away: streams say so, and a second later we look again.
    private func contextFailed() {
        found = []
        for stream in streams.values { stream.serverIsAway() }
        tellObservers()
        guard let loop else { return }
        let api = pa_threaded_mainloop_get_api(loop)
        let me = Unmanaged.passUnretained(self).toOpaque()
        if let retry { api?.pointee.time_free(retry) }
        retry = CPulse_timer(
            api, 1000,
            { api, event, _, me in
                guard let me else { return }
                let server = Unmanaged<SoundServer>.fromOpaque(me).takeUnretainedValue()
                api?.pointee.time_free(event)
                server.retry = nil
                server.connect()
            }, me)
    }

    private func subscribe(_ context: OpaquePointer) {
        let me = Unmanaged.passUnretained(self).toOpaque()
        pa_context_set_subscribe_callback(
            context,
            { context, _, _, me in
                guard let me, let context else { return }
                Unmanaged<SoundServer>.fromOpaque(me).takeUnretainedValue().list(context)
            }, me)
        let mask = pa_subscription_mask_t(
            PA_SUBSCRIPTION_MASK_SINK.rawValue | PA_SUBSCRIPTION_MASK_SOURCE.rawValue
                | PA_SUBSCRIPTION_MASK_SERVER.rawValue)
        unref(pa_context_subscribe(context, mask, nil, nil))
    }

    // MARK: Devices

    private func list(_ context: OpaquePointer) {
        let me = Unmanaged.passUnretained(self).toOpaque()
        found = []
        unref(
            pa_context_get_server_info(
                context,
                { _, info, me in
                    guard let me, let info = info?.pointee else { return }
                    let server = Unmanaged<SoundServer>.fromOpaque(me).takeUnretainedValue()
                    server.defaults = (text(info.default_source_name), text(info.default_sink_name))
                }, me))
        unref(
            pa_context_get_source_info_list(
                context,
                { _, info, end, me in
                    guard let me else { return }
                    let server = Unmanaged<SoundServer>.fromOpaque(me).takeUnretainedValue()
                    guard end == 0, let info = info?.pointee, let name = text(info.name) else { return }
                    // A monitor hears what a speaker plays: no microphone, unless somebody names it.
                    guard info.monitor_of_sink == .max else { return }
                    server.foundDevice(
                        .microphone, name, text(info.description), isDefault: name == server.defaults.source)
                }, me))
        unref(
            pa_context_get_sink_info_list(
                context,
                { _, info, end, me in
                    guard let me else { return }
                    let server = Unmanaged<SoundServer>.fromOpaque(me).takeUnretainedValue()
                    guard end == 0, let info = info?.pointee, let name = text(info.name) else {
                        if end != 0 { server.tellObservers() }
                        return
                    }
                    server.foundDevice(.speaker, name, text(info.description), isDefault: name == server.defaults.sink)
                }, me))
    }

    private func foundDevice(_ kind: MediaDevice.Kind, _ name: String, _ description: String?, isDefault: Bool) {
        found.removeAll { $0.kind == kind && $0.id == name }
        found.append(MediaDevice(kind: kind, id: name, name: description ?? name, isDefault: isDefault))
    }

    private func tellObservers() {
        for observer in observers { observer() }
    }

    private func unref(_ operation: OpaquePointer?) {
        if let operation { pa_operation_unref(operation) }
    }
}

private func text(_ pointer: UnsafePointer<CChar>?) -> String? { pointer.map { String(cString: $0) } }
