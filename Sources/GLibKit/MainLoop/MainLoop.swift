import CGLib
import CGLibShim
import Dispatch

/// The process's main loop: GLib owns the main thread, and with it Swift's main actor.
///
/// Call from a synchronous `main.swift`: an `async` main moves the main actor off the main thread on Linux. Foundation's
/// `Timer` and `RunLoop` never fire here. Never run a loop inside a main-actor job: libdispatch's queue is not re-entrant.
package enum MainLoop {
    private static var isAttached = false
    private static var loop: OpaquePointer?

    /// Makes `Task`, `@MainActor`, `Task.sleep` and `Observations` work under GLib. Idempotent. Before the loop runs,
    /// GApplication's included.
    package static func attach() {
        guard !isAttached else { return }
        isAttached = true
        let identifier = CGLibShim_attach_main_queue(nil)
        precondition(identifier != 0, "libdispatch gives no descriptor for its main queue")
    }

    /// Runs until `quit()`; for programs without a GApplication. Calls within calls do nothing.
    package static func run() {
        guard loop == nil else { return }
        attach()
        let created = g_main_loop_new(nil, 0)
        loop = created
        g_main_loop_run(created)
        loop = nil
        g_main_loop_unref(created)
    }

    /// Ends `run()` once what is running now has returned.
    package static func quit() {
        if let loop { g_main_loop_quit(loop) }
    }

    /// How often libdispatch has woken the loop so far.
    package static var wakeups: UInt64 { UInt64(CGLibShim_main_queue_wakeups()) }
}
