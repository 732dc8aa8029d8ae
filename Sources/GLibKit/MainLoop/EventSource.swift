import CGLib
import Glibc

/// A timeout, an idle or a Unix signal on the main loop. It ends with `cancel()` and when nothing holds this any more.
package final class EventSource {
    /// Returns whether to go on.
    private typealias Function = () -> Bool

    private var identifier: guint = 0
    private let box: ClosureBox<Function>

    private init(_ function: @escaping Function) {
        box = ClosureBox(function, counter: .sources)
    }

    isolated deinit { cancel() }

    package var isActive: Bool { box.function != nil }

    /// Once, after a delay. Delays below a millisecond count as one, above 49 days as 49 days.
    package static func after(_ delay: Duration, _ handler: @escaping () -> Void) -> EventSource {
        timeout(delay) {
            handler()
            return false
        }
    }

    /// Again and again, first after one interval.
    package static func every(_ interval: Duration, _ handler: @escaping () -> Void) -> EventSource {
        timeout(interval) {
            handler()
            return true
        }
    }

    /// Once, when nothing more urgent is left to do: after events, layout and drawing.
    package static func whenIdle(_ handler: @escaping () -> Void) -> EventSource {
        let source = EventSource {
            handler()
            return false
        }
        source.identifier = g_idle_add_full(
            G_PRIORITY_DEFAULT_IDLE, callSource, source.box.retainedPointer(), releaseSource)
        return source
    }

    /// Each time that the process gets a Unix signal: SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2 or SIGWINCH.
    package static func onUnixSignal(_ number: Int32, _ handler: @escaping () -> Void) -> EventSource {
        unblock(number)
        let source = EventSource {
            handler()
            return true
        }
        source.identifier = g_unix_signal_add_full(
            G_PRIORITY_DEFAULT, number, callSource, source.box.retainedPointer(), releaseSource)
        return source
    }

    /// A program started by a thread that blocks signals, as libdispatch's do, inherits that.
    private static func unblock(_ number: Int32) {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Nothing comes from it any more.
    package func cancel() {
        if isActive { g_source_remove(identifier) }
    }

    private static func timeout(_ interval: Duration, _ function: @escaping Function) -> EventSource {
        let source = EventSource(function)
        let (seconds, attoseconds) = interval.components
        let clamped = min(max(seconds, 0), 4_294_966)
        let milliseconds = seconds < 0 ? 0 : clamped * 1000 + max(attoseconds, 0) / 1_000_000_000_000_000
        source.identifier = g_timeout_add_full(
            G_PRIORITY_DEFAULT, guint(max(milliseconds, 1)), callSource, source.box.retainedPointer(), releaseSource)
        return source
    }
}

private nonisolated func callSource(_ data: gpointer?) -> gboolean {
    let address = UInt(bitPattern: data)
    return MainActor.assumeIsolated { ClosureBox<() -> Bool>.borrow(address)?.function?() == true } ? 1 : 0
}

private nonisolated func releaseSource(_ data: gpointer?) {
    let address = UInt(bitPattern: data)
    MainActor.assumeIsolated { ClosureBox<() -> Bool>.release(address) }
}
