import RTC
import Synchronization
import Transport

/// How fast files may be sent in all, and whether a call is to be yielded to; for every thread.
final class FilePace: Sendable {
    private struct State {
        var bytesPerSecond: Int64 = 0
        /// When what has been allowed so far has left.
        var free = Instant.zero
        var yielding: Set<Int64> = []
    }

    private let state = Mutex(State())

    /// 0 for as fast as it goes.
    func setLimit(_ bytesPerSecond: Int64) { state.withLock { $0.bytesPerSecond = bytesPerSecond } }

    /// The correspondents that we are in a call with, by their conversations.
    func setYielding(_ conversations: Set<Int64>) { state.withLock { $0.yielding = conversations } }

    func isYielding(to conversation: Int64) -> Bool { state.withLock { $0.yielding.contains(conversation) } }

    /// Bytes that should go at a time, so that a low limit makes no long pauses.
    var pieceLimit: Int {
        let rate = state.withLock { $0.bytesPerSecond }
        return rate == 0 ? .max : Int(min(max(rate / 20, 512), 256 << 10))
    }

    /// How long these bytes have to wait before they go.
    func take(_ bytes: Int, at now: Instant) -> Duration {
        state.withLock { state in
            guard state.bytesPerSecond > 0 else { return .zero }
            let start = max(state.free, now)
            state.free = start + .microseconds(Int64(bytes) * 1_000_000 / state.bytesPerSecond)
            return max(.zero, start - now)
        }
    }
}

/// How far one transfer is, told by whoever moves its bytes and read by whoever shows it.
final class FileMeter: Sendable {
    private struct State {
        var bytes: Int64 = 0
        var heard = MonotonicClock.now
        var patience = Duration.seconds(600)
    }

    private let state = Mutex(State())

    var bytes: Int64 { state.withLock { $0.bytes } }
    /// Nothing was heard for longer than is likely; before the bytes go, both sides may have to read what they have.
    var isStalled: Bool { state.withLock { MonotonicClock.now - $0.heard > $0.patience } }

    func set(_ bytes: Int64) {
        state.withLock { state in
            state.bytes = bytes
            state.heard = MonotonicClock.now
        }
    }

    func start() {
        touch()
        state.withLock { $0.patience = .seconds(30) }
    }

    func touch() { state.withLock { $0.heard = MonotonicClock.now } }
}
