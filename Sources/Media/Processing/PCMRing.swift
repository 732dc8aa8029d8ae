import Glibc
import Synchronization

/// 10 ms chunks on their way from an audio callback to a worker: one writer, one reader, no lock, no allocation.
final class PCMRing: @unchecked Sendable {
    // Unchecked: slots between `read` and `written` belong to the reader, all others to the one writer.

    enum Kind: Int32 {
        case near, far
    }

    struct Chunk {
        var kind: Kind
        /// Of the first sample, µs.
        var time: Int64
        var delayMilliseconds: Int
        var samples: UnsafeMutablePointer<Int16>
    }

    private struct Header {
        var kind: Kind
        var time: Int64
        var delayMilliseconds: Int
    }

    private static let slots = 64
    private let headers: UnsafeMutablePointer<Header>
    private let samples: UnsafeMutablePointer<Int16>
    private let written = Atomic<Int>(0)
    private let read = Atomic<Int>(0)
    private let isClosed = Atomic<Bool>(false)
    private let semaphore: UnsafeMutablePointer<sem_t>

    init() {
        headers = .allocate(capacity: Self.slots)
        headers.initialize(repeating: Header(kind: .near, time: 0, delayMilliseconds: 0), count: Self.slots)
        samples = .allocate(capacity: Self.slots * AudioProcessor.chunk)
        semaphore = .allocate(capacity: 1)
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
        headers.deallocate()
        samples.deallocate()
    }

    /// Audio thread: 480 samples. When the worker is more than half a second behind, they are dropped.
    func push(_ kind: Kind, _ source: UnsafePointer<Int16>, time: Int64, delayMilliseconds: Int) {
        let position = written.load(ordering: .relaxed)
        guard position - read.load(ordering: .acquiring) < Self.slots else { return }
        let slot = position & (Self.slots - 1)
        headers[slot] = Header(kind: kind, time: time, delayMilliseconds: delayMilliseconds)
        (samples + slot * AudioProcessor.chunk).update(from: source, count: AudioProcessor.chunk)
        written.store(position + 1, ordering: .releasing)
        sem_post(semaphore)
    }

    /// Worker: waits for the next chunk and works on it in place; false when the ring is closed.
    func pop(_ body: (Chunk) -> Void) -> Bool {
        while true {
            if isClosed.load(ordering: .acquiring) { return false }
            let position = read.load(ordering: .relaxed)
            if position < written.load(ordering: .acquiring) {
                let slot = position & (Self.slots - 1)
                let header = headers[slot]
                body(
                    Chunk(
                        kind: header.kind, time: header.time, delayMilliseconds: header.delayMilliseconds,
                        samples: samples + slot * AudioProcessor.chunk))
                read.store(position + 1, ordering: .releasing)
                return true
            }
            sem_wait(semaphore)
        }
    }

    func close() {
        isClosed.store(true, ordering: .releasing)
        sem_post(semaphore)
    }
}
