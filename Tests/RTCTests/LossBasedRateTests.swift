import RTC
import Testing

@Suite("A rate that gives way to loss") struct LossBasedRateTests {
    @Test("it falls on heavy loss, stays on some, and comes back to the ceiling") func life() {
        var rate = LossBasedRate(floor: 100_000, ceiling: 1_000_000)
        #expect(rate.target == 1_000_000)
        for _ in 0..<3 { rate.report(fractionLost: 0.3) }
        let low = rate.target
        #expect(low < 650_000 && low >= 100_000)
        for _ in 0..<50 { rate.report(fractionLost: 0.05) }
        #expect(rate.target == low)
        for _ in 0..<50 { rate.report(fractionLost: 0) }
        #expect(rate.target == 1_000_000)
    }

    @Test("it never leaves its bounds, whatever is reported") func bounds() {
        var rate = LossBasedRate(floor: 100_000, ceiling: 300_000)
        for loss in [1.0, 5.0, .infinity, .nan, -1, 0.5] {
            for _ in 0..<20 { rate.report(fractionLost: loss) }
            #expect((100_000...300_000).contains(rate.target))
        }
        #expect(LossBasedRate(floor: 500, ceiling: 100).target == 100)
        #expect(LossBasedRate(floor: -5, ceiling: -5).target == 1)
    }

    @Test("a new ceiling is followed at once from the old one, and not from below it") func changed() {
        var full = LossBasedRate(floor: 100_000, ceiling: 500_000)
        full.setBounds(floor: 100_000, ceiling: 900_000)
        #expect(full.target == 900_000)
        for _ in 0..<4 { full.report(fractionLost: 0.4) }
        let low = full.target
        full.setBounds(floor: 100_000, ceiling: 2_000_000)
        #expect(full.target <= low)
        full.setBounds(floor: 50_000, ceiling: 80_000)
        #expect(full.target <= 80_000)
    }

    @Test("the steps are few enough for an encoder") func steps() {
        var rate = LossBasedRate(floor: 100_000, ceiling: 1_000_000)
        for _ in 0..<20 { rate.report(fractionLost: 0.5) }
        var seen: Set<Int> = [rate.target]
        for _ in 0..<100 {
            rate.report(fractionLost: 0)
            seen.insert(rate.target)
        }
        #expect(seen.count <= 17)
    }
}
