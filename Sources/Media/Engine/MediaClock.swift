import Glibc

/// The clock of capture times and of the media threads: `CLOCK_MONOTONIC`.
enum MediaClock {
    /// Microseconds.
    static var now: Int64 { read(CLOCK_MONOTONIC) }

    /// CPU time of the calling thread, microseconds.
    static var threadCPU: Int64 { read(CLOCK_THREAD_CPUTIME_ID) }

    static func sleep(until microseconds: Int64) {
        var time = timespec(tv_sec: Int(microseconds / 1_000_000), tv_nsec: Int(microseconds % 1_000_000) * 1000)
        while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
