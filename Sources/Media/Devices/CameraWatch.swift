import Dispatch
import Glibc
import Synchronization

/// Notices cameras that are plugged in or out, by the kernel's word about the folder of device nodes.
final class CameraWatch: Sendable {
    private struct Source: @unchecked Sendable {
        // Unchecked: dispatch sources are safe on any thread, only their type does not say so.
        let source: any DispatchSourceRead
    }

    private struct State {
        var observers: [@Sendable () -> Void] = []
        var source: Source?
        var known: [MediaDevice] = []
        /// Checks that are due, so that a burst of events costs no more than one series of them.
        var pending = 0
    }

    /// The node comes first, and within moments its owner, its rights and its stable name: so we look twice.
    private static let delays: [DispatchTimeInterval] = [.milliseconds(200), .milliseconds(1_500)]

    private let list: CameraList
    private let queue = DispatchQueue(label: "cameras", qos: .utility)
    private let state = Mutex(State())

    init(list: CameraList) { self.list = list }

    deinit { state.withLock { $0.source }?.source.cancel() }

    /// Calls `handler`, on some thread, when the list of cameras has changed. The first observer starts the watch.
    func observe(_ handler: @escaping @Sendable () -> Void) {
        let mustStart = state.withLock { state in
            state.observers.append(handler)
            return state.observers.count == 1
        }
        if mustStart { start() }
    }

    private func start() {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { return }
        // A change of rights counts: a camera is of no use before we may open it.
        let events = UInt32(IN_CREATE | IN_DELETE | IN_ATTRIB | IN_MOVED_TO | IN_MOVED_FROM)
        guard inotify_add_watch(descriptor, list.folder, events) >= 0 else {
            close(descriptor)
            return
        }
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { [weak self] in
            guard Self.concernsCameras(descriptor) else { return }
            self?.checkSoon()
        }
        source.setCancelHandler { close(descriptor) }
        let (known, shared) = (list.cameras(), Source(source: source))
        state.withLock { state in
            state.source = shared
            state.known = known
        }
        source.activate()
    }

    /// Takes all waiting events; true when one of them is about a camera.
    private static func concernsCameras(_ descriptor: Int32) -> Bool {
        var isConcerned = false
        withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            while true {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                guard count > 0 else { return }
                var offset = 0
                while offset + MemoryLayout<inotify_event>.size <= count {
                    let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    offset += MemoryLayout<inotify_event>.size
                    let end = min(offset + Int(event.len), count)
                    let name = buffer[offset..<end].prefix { $0 != 0 }
                    // When the kernel lost events, anything may have changed.
                    if name.starts(with: Array("video".utf8)) || event.mask & UInt32(IN_Q_OVERFLOW) != 0 {
                        isConcerned = true
                    }
                    offset = end
                }
            }
        }
        return isConcerned
    }

    private func checkSoon() {
        let mustSchedule = state.withLock { state in
            guard state.pending <= Self.delays.count else { return false }
            state.pending += Self.delays.count
            return true
        }
        guard mustSchedule else { return }
        for delay in Self.delays {
            queue.asyncAfter(deadline: .now() + delay) { [weak self] in self?.check() }
        }
    }

    private func check() {
        let now = list.cameras()
        let observers = state.withLock { state in
            state.pending -= 1
            defer { state.known = now }
            return state.known == now ? [] : state.observers
        }
        for observer in observers { observer() }
    }
}
