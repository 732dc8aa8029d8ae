import Testing

@testable import Media

/// A device that needs so much and no less, in virtual time.
private struct Device {
    var latency = DeviceLatency()
    var need: Int
    var now: Int64 = 0
    var gaps = 0

    init(need: Int) {
        self.need = need
        latency.begin(at: 0, isOther: true)
    }

    /// With less than it needs, there is a gap each second.
    mutating func run(minutes: Int) {
        for _ in 0..<(minutes * 60) {
            now += 1_000_000
            if latency.milliseconds < need {
                gaps += 1
                _ = latency.recordGap(at: now)
            }
            _ = latency.update(at: now)
        }
    }
}

@Suite("Latency of a device") struct DeviceLatencyTests {
    @Test("a good device comes to the least latency after minutes of calm, not before")
    func calm() {
        var device = Device(need: 0)
        #expect(device.latency.milliseconds == 15)
        device.run(minutes: 1)
        #expect(device.latency.milliseconds == 15)
        device.run(minutes: 10)
        #expect(device.latency.milliseconds == 10)
    }

    @Test("a slow device gets what it needs, and is troubled more and more rarely", arguments: [30, 60, 130])
    func slow(need: Int) {
        var device = Device(need: need)
        device.run(minutes: 1)
        #expect(device.latency.milliseconds == need)
        let first = device.gaps
        device.run(minutes: 59)
        let trials = device.gaps - first
        #expect(device.latency.milliseconds >= need || trials > 0)
        device.run(minutes: 300)
        // Without patience it would be tried 150 times.
        #expect(trials <= 5 && device.gaps - first <= 12, "\(trials), \(device.gaps - first)")
    }

    @Test("there is a bound, and a device that has become better is asked for less again")
    func bound() {
        var device = Device(need: 1_000)
        device.run(minutes: 5)
        #expect(device.latency.milliseconds == DeviceLatency.steps.last)
        device.need = 0
        device.run(minutes: 120)
        #expect(device.latency.milliseconds == 10)
    }

    @Test("gaps of a beginning are nobody's fault; another device begins anew")
    func settling() {
        var latency = DeviceLatency()
        latency.begin(at: 0, isOther: true)
        let (early, late) = (latency.recordGap(at: 100_000), latency.recordGap(at: 600_000))
        // The first one tells: there was next to nothing in reserve.
        #expect(!early && late && latency.milliseconds == 20)
        // With more, one alone is an accident; two are none.
        let alone = latency.recordGap(at: 60_000_000)
        #expect(!alone && latency.milliseconds == 20)
        let second = latency.recordGap(at: 65_000_000)
        #expect(second && latency.milliseconds == 30)
        // What follows at once belongs to the change.
        let again = latency.recordGap(at: 65_100_000)
        #expect(!again && latency.milliseconds == 30)
        latency.begin(at: 66_000_000, isOther: false)
        #expect(latency.milliseconds == 30)
        latency.begin(at: 67_000_000, isOther: true)
        #expect(latency.milliseconds == 15)
    }
}

@Suite("Gaps of a microphone") struct CaptureGapsTests {
    /// Minutes of pieces of 10 ms that come late by up to `jitter` ms, on a clock of their own.
    private func gaps(jitter: Int64, drift: Int64 = 0, losing lost: Set<Int> = []) -> Int {
        var (gaps, found) = (CaptureGaps(), 0)
        var random = SystemRandomNumberGenerator()
        for piece in 0..<12_000 {
            let late = jitter > 0 ? Int64.random(in: 0...(jitter * 1_000), using: &random) : 0
            let now = Int64(piece) * (10_000 + drift) + late
            // As a device that ran over leaves out what it had no room for.
            if lost.contains(piece) { continue }
            if gaps.record(count: 480, at: now) { found += 1 }
        }
        return found
    }

    @Test("what is late is not lost, and a clock that goes slow loses nothing")
    func late() {
        #expect(gaps(jitter: 0) == 0 && gaps(jitter: 60) == 0)
        #expect(gaps(jitter: 5, drift: 2) == 0 && gaps(jitter: 5, drift: -2) == 0)
    }

    @Test("what is lost is noticed once")
    func lost() {
        #expect(gaps(jitter: 5, losing: [1_000, 1_001]) == 1)
        #expect(gaps(jitter: 5, losing: [1_000, 1_001, 5_000, 5_001, 5_002]) == 2)
    }
}
