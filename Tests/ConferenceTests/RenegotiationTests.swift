import Testing

@testable import Conference

@Suite("Renegotiation") struct RenegotiationTests {
    /// Two sides and what is on its way between them, in order.
    private struct Pair {
        var sides = [Renegotiation(isPolite: false), Renegotiation(isPolite: true)]
        /// What each side's media has in hand, and what each side's connection will bring.
        var work: [[Renegotiation.Event]] = [[], []]
        var mail: [[Renegotiation.Event]] = [[], []]
        /// Numbers of the changes that each side's last agreed description has.
        var changes = [0, 0]
        var offered = [0, 0]
        var agreed = [0, 0]

        mutating func handle(_ event: Renegotiation.Event, _ side: Int) {
            for action in sides[side].handle(event) {
                switch action {
                case .makeOffer: work[side].append(.offerReady)
                case .makeAnswer: work[side].append(.answerReady)
                case .sendOffer:
                    offered[side] = changes[side]
                    mail[1 - side].append(.offerReceived)
                case .sendAnswer:
                    // An answer carries this side's changes, and settles the other's offer.
                    agreed[side] = changes[side]
                    agreed[1 - side] = offered[1 - side]
                    mail[1 - side].append(.answerReceived)
                case .applyAnswer, .withdrawOffer: break
                }
            }
        }

        /// One thing that can happen; false when all is quiet.
        mutating func step(_ random: inout some RandomNumberGenerator) -> Bool {
            var choices: [(Int, Bool)] = []
            for side in 0...1 {
                if !work[side].isEmpty { choices.append((side, true)) }
                if !mail[side].isEmpty { choices.append((side, false)) }
            }
            guard let (side, isWork) = choices.randomElement(using: &random) else { return false }
            handle(isWork ? work[side].removeFirst() : mail[side].removeFirst(), side)
            return true
        }
    }

    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test("both sides may change at any time, and both changes arrive", arguments: 1...200)
    func anyOrder(seed: UInt64) {
        var random = Generator(state: seed &* 0x9E37_79B9_7F4A_7C15)
        var pair = Pair()
        for _ in 0..<10 {
            let side = Int.random(in: 0...1, using: &random)
            pair.changes[side] += 1
            pair.handle(.needed, side)
            for _ in 0..<Int.random(in: 0...4, using: &random) { _ = pair.step(&random) }
        }
        var steps = 0
        while pair.step(&random), steps < 1000 { steps += 1 }
        #expect(steps < 1000, "it comes to rest")
        #expect(pair.sides.allSatisfy { $0.state == .stable })
        #expect(pair.agreed == pair.changes)
    }

    @Test("a refused offer is not made again by itself")
    func refused() {
        var side = Renegotiation(isPolite: true)
        #expect(side.handle(.needed) == [.makeOffer])
        #expect(side.handle(.needed) == [])
        #expect(side.handle(.refused) == [.withdrawOffer])
        #expect(side.state == .stable)
        #expect(side.handle(.needed) == [.makeOffer])
    }

    @Test("an offer that is never answered is made again, then given up, and later changes are offered all the same")
    func unanswered() {
        var side = Renegotiation(isPolite: true)
        #expect(side.handle(.needed) == [.makeOffer])
        for _ in 0..<2 {
            #expect(side.handle(.offerReady) == [.sendOffer])
            #expect(side.handle(.unanswered) == [.withdrawOffer, .makeOffer])
        }
        #expect(side.handle(.offerReady) == [.sendOffer])
        #expect(side.handle(.unanswered) == [.withdrawOffer])
        #expect(side.state == .stable)
        #expect(side.handle(.unanswered) == [])
        #expect(side.handle(.needed) == [.makeOffer])
        #expect(side.handle(.unanswered) == [])
        // An answer begins the count anew.
        #expect(side.handle(.offerReady) == [.sendOffer])
        #expect(side.handle(.unanswered) == [.withdrawOffer, .makeOffer])
        #expect(side.handle(.offerReady) == [.sendOffer])
        #expect(side.handle(.answerReceived) == [.applyAnswer])
        #expect(side.handle(.needed) == [.makeOffer])
        for _ in 0..<2 {
            #expect(side.handle(.offerReady) == [.sendOffer])
            #expect(side.handle(.unanswered) == [.withdrawOffer, .makeOffer])
        }
    }

    @Test("an impolite side gives way to an offer that it has ignored, when nobody answers its own")
    func impolite() {
        var side = Renegotiation(isPolite: false)
        #expect(side.handle(.needed) == [.makeOffer])
        #expect(side.handle(.offerReady) == [.sendOffer])
        #expect(side.handle(.offerReceived) == [])
        #expect(side.handle(.unanswered) == [.withdrawOffer, .makeAnswer])
        #expect(side.handle(.answerReady) == [.sendAnswer, .makeOffer])
        #expect(side.handle(.offerReady) == [.sendOffer])
        #expect(side.handle(.answerReceived) == [.applyAnswer])
        #expect(side.state == .stable)
    }

    @Test("answers that nobody asked for, and things that are ready too late, are ignored")
    func late() {
        var side = Renegotiation(isPolite: false)
        for event in [Renegotiation.Event.answerReceived, .offerReady, .answerReady, .refused] {
            #expect(side.handle(event) == [])
            #expect(side.state == .stable)
        }
    }
}
