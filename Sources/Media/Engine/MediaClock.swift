import CLinux
import Glibc

/// The clock of capture times and of the media threads: `CLOCK_MONOTONIC`.
enum MediaClock {
    /// Microseconds.
    static var now: Int64 { CLinux_clock(CLOCK_MONOTONIC) }

    /// CPU time of the calling thread, microseconds.
    static var threadCPU: Int64 { CLinux_clock(CLOCK_THREAD_CPUTIME_ID) }

    static func sleep(until microseconds: Int64) { CLinux_sleep_until(microseconds) }
}
