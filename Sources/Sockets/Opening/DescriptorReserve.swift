import Glibc
import NIOCore

/// The last descriptors of the process, which are left to libraries: some of them end the process when they get none.
///
/// libdispatch looks each second whether work waits for its threads, opens `/proc/TID/stat` for each of them then, and traps
/// without a word where it cannot (`_dispatch_workq_count_runnable_workers`); GLib aborts without an `eventfd` for a wait.
/// So who opens sockets at the will of others asks here first.
package enum DescriptorReserve {
    /// How many are left alone.
    package static let size = 16

    /// Whether `count` can be opened without touching the reserve.
    package static func hasRoom(for count: Int) -> Bool { free >= size + count }

    /// - Throws: `IOError` with `EMFILE` where `count` cannot be opened without touching the reserve.
    package static func expectRoom(for count: Int) throws {
        guard hasRoom(for: count) else {
            throw IOError(errnoCode: EMFILE, reason: "the reserve of descriptors is reached")
        }
    }

    /// How many of the highest numbers that the process may use are free.
    ///
    /// The system gives the lowest free number first: where the highest are free, it matters little how many below are.
    private static var free: Int {
        var limits = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
        let end = Int32(clamping: limits.rlim_cur)
        var entries = (max(0, end - 8 * Int32(size))..<end).map { pollfd(fd: $0, events: 0, revents: 0) }
        // One question for all, and none of them is touched.
        while poll(&entries, nfds_t(entries.count), 0) < 0, errno == EINTR {}
        return entries.count { $0.revents & Int16(POLLNVAL) != 0 }
    }
}
