import RTC
import Testing
import Wire

@Suite("ICE: candidates behind names") struct ICENamedCandidateTests {
    private static let name = "1f4712db-ea17-4bcf-a596-105139dfd8bf.local"

    /// Two sides on a LAN; the first learns a name beside what else it learns.
    private func simulation() throws -> ICESimulation {
        let simulation = ICESimulation(seed: 1)
        let named = try ICECandidate(parsing: "candidate:9 1 udp 2122260223 \(Self.name) 5000 typ host")
        simulation.signal(.candidate(named), to: 0, after: .zero)
        simulation.connect()
        #expect(simulation.run(until: \.isConnected))
        simulation.run(for: .seconds(2))
        return simulation
    }

    @Test("a name that is still looked up keeps the agent from being complete; one that nobody has does not for ever")
    func dropped() throws {
        let simulation = try simulation()
        #expect(simulation.sides[0].names == [Self.name])
        // The end of candidates has been told, and a pair is in use: but what is behind the name may be better.
        #expect(simulation.sides[0].agent.state == .connected && simulation.sides[1].agent.state == .completed)
        simulation.sides[0].agent.resolved(Self.name, to: [], at: simulation.now)
        #expect(simulation.sides[0].agent.state == .completed)
    }

    @Test("the address behind a name is a candidate like others")
    func found() throws {
        let simulation = try simulation()
        simulation.sides[0].agent.resolved(Self.name, to: [.v4(0x0A00_0009)], at: simulation.now)
        #expect(
            simulation.sides[0].agent.remoteCandidates.contains {
                $0.address == .ip(ICESimulation.address(9))
            })
    }
}
