import CUsrsctp
import Synchronization

/// usrsctp, which exists once a process: its start, its timers, and the way of its packets out.
///
/// Everything happens under one lock: usrsctp without threads of its own is not made for two callers, and its output
/// function runs inside the very calls that we make.
enum SCTPStack {
    /// Packets that usrsctp wants sent, by the small number under which it knows the association.
    private struct State {
        var isStarted = false
        var outboxes: [UInt32: [[UInt8]]] = [:]
        var nextNumber: UInt32 = 1
        /// Milliseconds that usrsctp's timers have been told of; wraps.
        var ticks: UInt64 = 0
        /// Checksums are ours to make.
        var makesChecksums = false
    }

    /// How far one association has come on its own clock, and how far the timers of all were then.
    struct Clock {
        fileprivate var last: Instant?
        fileprivate var ticks: UInt64 = 0

        init() {}
    }

    /// How much of others' progress an association may have to its credit, in milliseconds.
    private static let creditCap: UInt64 = 10
    /// A longer sleep counts as this much, in milliseconds: timers go on from there.
    private static let stepCap: Int64 = 1000

    /// More than a window's worth of packets is dropped; SCTP repeats.
    private static let outboxCap = 2048

    private static let lock = Mutex<Void>(())
    // Only touched with `lock` held: by `perform`, and by the output function, which runs inside `perform`.
    private nonisolated(unsafe) static var state = State()

    /// Runs `body` with the stack to itself.
    static func perform<Result>(_ body: () -> Result) -> Result {
        lock.withLock { _ in
            if !state.isStarted {
                state.isStarted = true
                CUsrsctp_start { handle, bytes, count, _, _ in
                    guard let bytes else { return -1 }
                    SCTPStack.deliver(UnsafeRawBufferPointer(start: bytes, count: count), to: CUsrsctp_number(handle))
                    return 0
                }
                if CUsrsctp_has_crc32c() != 0 {
                    state.makesChecksums = true
                    usrsctp_enable_crc32c_offload()
                }
            }
            return body()
        }
    }

    private static func deliver(_ packet: UnsafeRawBufferPointer, to number: UInt32) {
        guard let count = state.outboxes[number]?.count, count < outboxCap else { return }
        var bytes = Array(packet)
        if state.makesChecksums { fillChecksum(&bytes) }
        state.outboxes[number]?.append(bytes)
    }

    private static func fillChecksum(_ packet: inout [UInt8]) {
        guard packet.count >= 12 else { return }
        let sum = CUsrsctp_crc32c(packet, packet.count)
        for byte in 0..<4 { packet[8 + byte] = UInt8(truncatingIfNeeded: sum >> (8 * byte)) }
    }

    /// Whether a packet of 12 bytes at least is as it was sent; where usrsctp looks itself, every one is. Inside `perform`.
    static func isSound(_ packet: [UInt8]) -> Bool {
        guard state.makesChecksums else { return true }
        let sum = CUsrsctp_crc32c(packet, packet.count)
        return (0..<4).allSatisfy { packet[8 + $0] == UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
    }

    /// A number that no other association has. Inside `perform`.
    static func register() -> UInt32 {
        let number = state.nextNumber
        state.nextNumber &+= 1
        state.outboxes[number] = []
        usrsctp_register_address(CUsrsctp_handle(number))
        return number
    }

    /// Packets that come for it after this are nobody's. Inside `perform`.
    static func unregister(_ number: UInt32) {
        usrsctp_deregister_address(CUsrsctp_handle(number))
        state.outboxes[number] = nil
    }

    /// What is to be sent for an association. Inside `perform`.
    static func takePackets(_ number: UInt32) -> [[UInt8]] {
        guard let packets = state.outboxes[number], !packets.isEmpty else { return [] }
        state.outboxes[number] = []
        return packets
    }

    /// Lets the timers of all associations know that time has gone on for one of them. Inside `perform`.
    ///
    /// Associations on one clock must not count the same milliseconds twice, and those on several (event loops that are
    /// a little apart, tests in virtual time) must not turn it back; so each brings its own progress, less what the
    /// others have already brought in the meantime.
    static func advance(_ clock: inout Clock, to now: Instant) {
        guard let last = clock.last else {
            clock.last = now
            clock.ticks = state.ticks
            return
        }
        let elapsed = (now - last).wholeMicroseconds / 1000
        guard elapsed > 0 else { return }
        // Whole milliseconds only: the rest counts next time.
        clock.last = last + .milliseconds(elapsed)
        let wanted = UInt64(min(elapsed, stepCap))
        let brought = state.ticks &- clock.ticks
        if wanted > brought {
            state.ticks &+= wanted - brought
            usrsctp_handle_timers(UInt32(wanted - brought))
        }
        clock.ticks = max(clock.ticks &+ wanted, state.ticks < creditCap ? 0 : state.ticks - creditCap)
    }
}
