import Testing

@testable import Conference

@Suite("What a picture is encoded at") struct EncoderBitrateTests {
    @Test("it follows the network between floor and ceiling, and never leaves them") func bounds() {
        var rate = EncoderBitrate(floor: 100_000, ceiling: 800_000)
        #expect((200_000...300_000).contains(rate.target))
        rate.available = 5_000_000
        #expect(rate.target == 800_000)
        for available in [-1, 0, 50_000, 99_999] {
            rate.available = available
            #expect((100_000..<118_000).contains(rate.target), "\(available)")
        }
        rate.available = 500_000
        #expect((425_000...500_000).contains(rate.target))
        rate.setBounds(floor: 30_000, ceiling: 60_000)
        #expect(rate.target == 60_000)
        #expect(EncoderBitrate(floor: 500, ceiling: 100).target == 100)
        #expect(EncoderBitrate(floor: -5, ceiling: -5).target == 1)
    }

    @Test("two networks that are nearly alike get the same step, and steps are few") func steps() {
        var seen: Set<Int> = []
        var rate = EncoderBitrate(floor: 100_000, ceiling: 1_000_000)
        for available in stride(from: 100_000, through: 1_000_000, by: 1_000) {
            rate.available = available
            seen.insert(rate.target)
            #expect(rate.target <= available)
        }
        #expect(seen.count <= 16)
    }
}
