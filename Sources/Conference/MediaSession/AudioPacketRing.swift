import RTC
import Synchronization

/// Received sound on its way from the network thread to the audio thread: one writer, one reader, no lock, no allocation.
///
/// When the reader is away (no speaker yet) the newest packets are dropped; the jitter buffer conceals the gap.
final class AudioPacketRing: @unchecked Sendable {
    // Unchecked: `slots` is written only between `tail` and `head` by the one writer, and read only between `head` and
    // `tail` by the one reader; the two atomics order these accesses.

    struct Header {
        var sequenceNumber: Int64
        var timestamp: UInt32
        var arrival: Instant
        var isRedundant: Bool
        var count: Int
    }

    /// A power of two; 64 packets are over a second of sound.
    private static let slotCount = 64
    /// The largest Opus packet is 1275 bytes a frame; a datagram never carries more than this.
    private static let slotSize = 1536

    private let headers: UnsafeMutableBufferPointer<Header>
    private let bytes: UnsafeMutableRawBufferPointer
    private let written = Atomic<Int>(0)
    private let read = Atomic<Int>(0)

    init() {
        headers = .allocate(capacity: Self.slotCount)
        headers.initialize(
            repeating: Header(sequenceNumber: 0, timestamp: 0, arrival: .zero, isRedundant: false, count: 0))
        bytes = .allocate(byteCount: Self.slotCount * Self.slotSize, alignment: 64)
    }

    deinit {
        headers.deallocate()
        bytes.deallocate()
    }

    /// Network thread. False when the packet is too large or the ring is full.
    @discardableResult
    func push(
        sequenceNumber: Int64, timestamp: UInt32, arrival: Instant, isRedundant: Bool = false, payload: [UInt8]
    ) -> Bool {
        let position = written.load(ordering: .relaxed)
        guard payload.count <= Self.slotSize, position - read.load(ordering: .acquiring) < Self.slotCount else {
            return false
        }
        let slot = position & (Self.slotCount - 1)
        headers[slot] = Header(
            sequenceNumber: sequenceNumber, timestamp: timestamp, arrival: arrival, isRedundant: isRedundant,
            count: payload.count)
        payload.withUnsafeBytes { source in
            UnsafeMutableRawBufferPointer(rebasing: bytes[(slot * Self.slotSize)...]).copyMemory(from: source)
        }
        written.store(position + 1, ordering: .releasing)
        return true
    }

    /// Audio thread. Gives the oldest packet to `body` and forgets it; false when there is none.
    func pop(_ body: (Header, UnsafeRawBufferPointer) -> Void) -> Bool {
        let position = read.load(ordering: .relaxed)
        guard position < written.load(ordering: .acquiring) else { return false }
        let slot = position & (Self.slotCount - 1)
        let header = headers[slot]
        let start = slot * Self.slotSize
        body(header, UnsafeRawBufferPointer(rebasing: bytes[start..<start + header.count]))
        read.store(position + 1, ordering: .releasing)
        return true
    }
}
