import Testing
import Wire

@testable import RTC

@Suite("What is kept free for sound") struct SoundReserveTests {
    /// Packets of so many bytes each 20 ms, for so many seconds. Gives the last reserve, bit/s.
    @discardableResult private func run(
        _ reserve: inout SoundReserve, _ byteCount: Int, from start: Double, for seconds: Double, maximum: Int = 100_000
    ) -> Int {
        var last = maximum
        for step in 0..<Int(seconds * 50) {
            let now = Instant(microseconds: Int64(start * 1_000_000) + Int64(step) * 20_000)
            if byteCount > 0 { reserve.add(byteCount: byteCount, at: now) }
            last = reserve.bitrate(atMost: maximum, at: now)
        }
        return last
    }

    @Test("all that it may need at first, then what it takes and a little")
    func measured() {
        var reserve = SoundReserve()
        #expect(reserve.bitrate(atMost: 100_000, at: .zero) == 100_000)
        #expect(run(&reserve, 150, from: 0, for: 0.9) == 100_000)
        // 60 kbit/s.
        #expect((60_000...72_000).contains(run(&reserve, 150, from: 0.9, for: 3)))
    }

    @Test("never less than half, so that a voice after a silence has its room; and never more than it may take")
    func bounds() {
        var reserve = SoundReserve()
        run(&reserve, 10, from: 0, for: 3)
        #expect(run(&reserve, 0, from: 3, for: 20) == 50_000)
        #expect(run(&reserve, 400, from: 23, for: 2) == 100_000)
    }

    @Test("a louder moment is remembered for some seconds")
    func memory() {
        var reserve = SoundReserve()
        run(&reserve, 200, from: 0, for: 3)
        let after = run(&reserve, 150, from: 3, for: 1.5)
        #expect(after > 80_000)
        #expect(run(&reserve, 150, from: 4.5, for: 30) < 72_000)
    }
}
