import Testing

@testable import Media

@Suite("One encoder for several networks") struct EncodingPlanTests {
    private func plan(_ wishes: EncodingPlan.Wish...) -> EncodingPlan {
        EncodingPlan(Dictionary(uniqueKeysWithValues: wishes.enumerated().map { ($0.offset, $0.element) }))
    }

    @Test("who has the bitrate gets every picture, who has less every other or fourth, and nobody more than is carried")
    func shares() {
        let alone = plan(.init(bitrate: 500_000))
        #expect(alone.bitrate == 500_000 && alone.coarsest == 1 && alone.divisors == [0: 1])
        let two = plan(.init(bitrate: 1_000_000), .init(bitrate: 600_000))
        #expect(two.bitrate == 1_000_000 && two.divisors == [0: 1, 1: 2])
        let three = plan(.init(bitrate: 1_000_000), .init(bitrate: 650_000), .init(bitrate: 400_000))
        #expect(three.bitrate == 1_000_000 && three.divisors == [0: 1, 1: 2, 2: 4])
        let near = plan(.init(bitrate: 1_000_000), .init(bitrate: 850_000))
        #expect(near.bitrate == 850_000 && near.divisors == [0: 1, 1: 1])
    }

    @Test("a stream with a poor network takes nothing from the others") func nobodyLowered() {
        for poor in stride(from: 400_000, through: 1_000_000, by: 50_000) {
            let plan = plan(.init(bitrate: 1_000_000), .init(bitrate: poor), .init(bitrate: 1_000_000))
            #expect(plan.bitrate >= 840_000 && plan.divisors[0] == 1 && plan.divisors[2] == 1)
            let part = PictureStep.share(plan.divisors[1] ?? 1)
            #expect(Double(plan.bitrate) * part <= Double(poor))
        }
        #expect(!EncodingPlan.canShare([1_000_000, 800_000], for: .motion), "smooth means every picture")
        #expect(EncodingPlan.canShare([1_000_000, 600_000], for: .balanced))
        #expect(!EncodingPlan.canShare([1_000_000, 590_000], for: .balanced))
        #expect(EncodingPlan.canShare([1_000_000, 400_000], for: .detail))
    }

    @Test("pictures that nobody gets are not encoded; what one gets never needs what it does not get") func layers() {
        let slow = plan(.init(bitrate: 500_000, divisor: 2), .init(bitrate: 500_000, divisor: 4))
        #expect(slow.finest == 2 && slow.coarsest == 4)
        #expect((0..<8).map { slow.layer(of: $0) } == [0, nil, 1, nil, 0, nil, 1, nil])
        let three = plan(.init(bitrate: 1_000_000), .init(bitrate: 400_000))
        #expect((0..<8).map { three.layer(of: $0) } == [0, 2, 1, 2, 0, 2, 1, 2])
        #expect((0..<8).map { three.sends($0, to: 1) } == [true, false, false, false, true, false, false, false])
        let two = plan(.init(bitrate: 1_000_000), .init(bitrate: 700_000))
        #expect((0..<4).map { two.layer(of: $0) } == [0, 1, 0, 1])
    }
}
