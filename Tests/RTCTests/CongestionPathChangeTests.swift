import RTC
import TestSupport
import Testing
import Wire

/// A call whose media goes another way all at once, which carries a tenth, or ten times as much.
@Suite("Congestion control and a path that changes") struct CongestionPathChangeTests {
    private static let change = 20

    /// One flow with an ample encoder; after 20 s the link changes, and the session is told or not.
    private func flow(from before: Double, to after: Double, isTold: Bool) -> (CongestionSimulation, MediaFlow) {
        let simulation = CongestionSimulation(seed: 21, forward: before)
        let flow = simulation.addFlow(delay: .milliseconds(30))
        simulation.setRate(after, at: .seconds(Self.change))
        simulation.run(for: .milliseconds(Self.change * 1000 - 400))
        // What still was on the old way does not stand in the new one's queue.
        flow.isPaused = true
        simulation.run(for: .milliseconds(400))
        flow.isPaused = false
        if isTold { flow.sender.pathChanged(at: simulation.now) }
        simulation.run(for: .seconds(20))
        return (simulation, flow)
    }

    /// Seconds, from the change on, with more than 100 ms of queue.
    private func queued(_ simulation: CongestionSimulation) -> Double {
        Double(simulation.queueDelays[(Self.change * 100)...].count { $0 > 100 }) / 100
    }

    @Test("a tenth of the rate: the queue is gone soon, and the new rate is used") func slower() {
        let (told, flow) = flow(from: 4_000_000, to: 400_000, isTold: true)
        let (untold, _) = self.flow(from: 4_000_000, to: 400_000, isTold: false)
        let settled = flow.throughput(from: 30, to: 40)
        CongestionFigures(
            "4 to 0.4 Mbit/s by another path", told, from: 20, to: 40,
            note: "over 100 ms for \(queued(told)) s, without reset \(queued(untold)) s"
        ).publish()
        #expect(queued(told) <= 3)
        #expect(settled > 250_000)
    }

    @Test("ten times the rate is found within seconds") func faster() throws {
        let (told, flow) = flow(from: 400_000, to: 4_000_000, isTold: true)
        let (_, slow) = self.flow(from: 400_000, to: 4_000_000, isTold: false)
        let reached = { (flow: MediaFlow) in
            (0..<200).first { flow.throughput(from: 20 + Double($0) / 10, to: 20.5 + Double($0) / 10) >= 2_000_000 }
                .map { Double($0) / 10 }
        }
        let time = try #require(reached(flow))
        CongestionFigures(
            "0.4 to 4 Mbit/s by another path", told, from: 20, to: 40,
            note: "2 Mbit/s after \(time) s, without reset \(reached(slow) ?? 20) s"
        ).publish()
        #expect(time <= 3)
        #expect(time <= reached(slow) ?? 20)
    }

    @Test("feedback on what went the old way says nothing of the new one") func lateFeedback() throws {
        let simulation = CongestionSimulation(seed: 22, forward: 4_000_000)
        let flow = simulation.addFlow(delay: .milliseconds(200))
        simulation.run(for: .seconds(20))
        let before = try #require(flow.sender.availableOutgoingBitrate)
        #expect(before > 2_000_000)
        flow.sender.pathChanged(at: simulation.now)
        // All that comes back for 400 ms was sent before.
        simulation.run(for: .milliseconds(390))
        let after = try #require(flow.sender.availableOutgoingBitrate)
        #expect(after == 300_000)
    }

    @Test(
        "a call whose interface changes begins anew on the other, one whose port changes does not",
        arguments: [true, false])
    func call(isOther: Bool) throws {
        let home = MovingCall.address(1)
        let second = isOther ? MovingCall.address(1, network: 1) : TransportAddress(home.ip, port: 5001)
        let call = try MovingCall(seed: 23)
        call.connect([home, second], [MovingCall.address(2)])
        call.sendsPictures = true
        call.run(for: .seconds(10))
        let before = try #require(call.caller.peer.availableOutgoingBitrate)
        #expect(before > 600_000)
        let pair = try #require(call.caller.peer.selectedPair?.base)
        call.caller.peer.removeLocalHost(pair, at: call.now)
        var changed: Int?
        for _ in 0..<1000 where changed == nil {
            call.run(for: .milliseconds(1))
            if let base = call.caller.peer.selectedPair?.base, base != pair {
                changed = call.caller.peer.availableOutgoingBitrate
            }
        }
        let after = try #require(changed)
        #expect(isOther ? after <= 300_000 : after > 300_000)
        call.run(for: .seconds(8))
        #expect(try #require(call.caller.peer.availableOutgoingBitrate) > 600_000)
    }
}
