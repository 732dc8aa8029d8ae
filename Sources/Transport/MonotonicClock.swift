import Glibc
import RTC

/// The clock that drives a `PeerConnection` outside of tests: `CLOCK_MONOTONIC`, the one that media timestamps use too.
package enum MonotonicClock {
    package static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// How long this host has slept since it started; `now` does not count it.
    package static var timeAsleep: Duration {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return .microseconds(Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000 - now.microseconds)
    }

    /// Seconds since 1970, for certificates.
    package static var secondsSince1970: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec)
    }

    /// The NTP time (RFC 5905: 32 bits of seconds since 1900, 32 bits of fraction) of `Instant.zero` on this clock.
    package static var ntpAtZero: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let monotonic = now.microseconds
        let microseconds = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000 - monotonic
        let secondsTo1970: UInt64 = 2_208_988_800
        let seconds = UInt64(microseconds / 1_000_000) &+ secondsTo1970
        let fraction = UInt64(microseconds % 1_000_000) << 32 / 1_000_000
        return seconds << 32 | fraction
    }
}
