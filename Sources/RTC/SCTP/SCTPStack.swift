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
        var clock: Instant?
    }

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
            }
            return body()
        }
    }

    private static func deliver(_ packet: UnsafeRawBufferPointer, to number: UInt32) {
        guard let count = state.outboxes[number]?.count, count < outboxCap else { return }
        state.outboxes[number]?.append(Array(packet))
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

    /// Lets the timers of all associations know what time it is. Inside `perform`.
    static func advance(to now: Instant) {
        defer { state.clock = now }
        guard let clock = state.clock else { return }
        let elapsed = (now - clock).wholeMicroseconds / 1000
        // A clock that jumped belongs to somebody else (a test); timers just go on from there.
        guard elapsed > 0 else {
            if now > clock { state.clock = clock }
            return
        }
        usrsctp_handle_timers(UInt32(min(elapsed, 1000)))
    }
}
