import RTC
import TestSupport
import Testing
import Wire

@Suite("ICE: through NATs") struct ICETranslationTests {
    private static let server = TransportAddress(.v4(0x0808_0808), port: 3478)
    private static let publicAddresses = [IPAddress.v4(0xC633_6401), IPAddress.v4(0xC633_6402)]

    private func makeSimulation(
        seed: UInt64, _ mapping: [SimulatedNAT.Behaviour], filtering: SimulatedNAT.Behaviour = .addressAndPortDependent,
        servers: [TransportAddress] = [server]
    ) -> ICESimulation {
        let configuration = ICEConfiguration(stunServers: servers, stunSoftware: "Causerie")
        let simulation = ICESimulation(
            seed: seed, conditions: LinkConditions(delay: .milliseconds(10)), configuration: configuration)
        simulation.servers = [Self.server]
        for (index, behaviour) in mapping.enumerated() {
            simulation.network.translators.append(
                SimulatedNAT(
                    publicAddress: Self.publicAddresses[index], inside: [ICESimulation.address(UInt32(index + 1)).ip],
                    mapping: behaviour, filtering: filtering))
        }
        return simulation
    }

    @Test("a STUN server tells the reflexive address, with the host as its related address")
    func gathering() throws {
        let simulation = makeSimulation(seed: 1, [.endpointIndependent])
        simulation.addHosts(ICESimulation.address(1), to: 0)
        #expect(!simulation.sides[0].isGatheringComplete)
        #expect(simulation.run(until: { $0.sides[0].isGatheringComplete }))
        #expect(simulation.now.microseconds == 20_000)
        let candidates = simulation.sides[0].candidates
        #expect(candidates.map(\.type) == [.host, .srflx])
        #expect(candidates[1].transportAddress == TransportAddress(Self.publicAddresses[0], port: 40000))
        #expect(candidates[1].relatedAddress == ICESimulation.address(1))
        #expect(candidates[1].usernameFragment == simulation.sides[0].agent.localCredentials.usernameFragment)
        #expect(candidates[0].priority > candidates[1].priority)
        #expect(candidates[0].foundation != candidates[1].foundation)
    }

    @Test("without a NAT the reflexive address is the host's, and is not offered twice")
    func noTranslation() {
        let simulation = makeSimulation(seed: 2, [])
        simulation.addHosts(ICESimulation.address(1), to: 0)
        #expect(simulation.run(until: { $0.sides[0].isGatheringComplete }))
        #expect(simulation.sides[0].candidates.map(\.type) == [.host])
    }

    @Test("a silent STUN server ends gathering after some seconds, and loss on the way is repaired")
    func silentServer() {
        let silent = TransportAddress(.v4(0x0909_0909), port: 3478)
        let simulation = makeSimulation(seed: 3, [.endpointIndependent], servers: [silent, Self.server])
        simulation.network.conditions.loss = 0.3
        simulation.addHosts(ICESimulation.address(1), to: 0)
        #expect(simulation.run(until: { $0.sides[0].isGatheringComplete }))
        #expect(simulation.now > Instant(microseconds: 3_000_000))
        #expect(simulation.now < Instant(microseconds: 5_000_000))
        #expect(simulation.sides[0].candidates.map(\.type) == [.host, .srflx])
    }

    @Test("two NATs that keep one mapping per socket are crossed by reflexive candidates")
    func bothTranslated() {
        let simulation = makeSimulation(seed: 4, [.endpointIndependent, .endpointIndependent])
        simulation.connect()
        #expect(simulation.run(until: { $0.isConnected && $0.sides.allSatisfy(\.isNominated) }, limit: .seconds(5)))
        #expect(simulation.sides[0].agent.selectedPair?.base == ICESimulation.address(1))
        #expect(simulation.sides[0].agent.selectedPair?.remote.ip == Self.publicAddresses[1])
        let local = simulation.sides[0].agent.statistics(at: simulation.now).filter { $0.type == "local-candidate" }
        #expect(local.contains { $0["candidateType"] == .text("srflx") && $0["url"] != nil })
    }

    @Test("one symmetric NAT is crossed: its new mapping is learnt as a peer-reflexive candidate on both sides")
    func oneSymmetric() {
        let simulation = makeSimulation(
            seed: 5, [.addressAndPortDependent, .endpointIndependent], filtering: .addressDependent)
        simulation.connect()
        #expect(simulation.run(until: { $0.isConnected && $0.sides.allSatisfy(\.isNominated) }, limit: .seconds(5)))
        let remote = simulation.sides[1].agent.statistics(at: simulation.now).filter { $0.type == "remote-candidate" }
        #expect(remote.contains { $0["candidateType"] == .text("prflx") })
        let local = simulation.sides[0].agent.statistics(at: simulation.now).filter { $0.type == "local-candidate" }
        #expect(local.contains { $0["candidateType"] == .text("prflx") })
        // What only the two know of is not signalled.
        #expect(!simulation.sides[0].candidates.contains { $0.type == .prflx })
        #expect(!simulation.sides[0].agent.localCandidates.contains { $0.type == .prflx })
    }

    @Test("two symmetric NATs cannot be crossed without a relay: the agents fail, and stop")
    func bothSymmetric() {
        let simulation = makeSimulation(seed: 6, [.addressAndPortDependent, .addressAndPortDependent])
        simulation.connect()
        #expect(simulation.run(until: { $0.sides.allSatisfy { $0.agent.state == .failed } }, limit: .seconds(60)))
        let sent = simulation.network.sentCount
        simulation.run(for: .seconds(60))
        #expect(simulation.network.sentCount == sent)
    }

    @Test("a called side behind a NAT is reached though its candidates never come: its checks suffice")
    func peerReflexiveOnly() {
        let simulation = makeSimulation(seed: 7, [], servers: [])
        simulation.network.translators = [
            SimulatedNAT(publicAddress: Self.publicAddresses[1], inside: [ICESimulation.address(2).ip])
        ]
        simulation.sides[1].trickles = false
        simulation.connect()
        #expect(simulation.run(until: { $0.isConnected && $0.sides.allSatisfy(\.isNominated) }, limit: .seconds(2)))
        #expect(
            simulation.sides[0].agent.selectedPair?.remote == TransportAddress(Self.publicAddresses[1], port: 40000))
        #expect(simulation.sides[0].agent.remoteCandidates.map(\.type) == [.prflx])
    }

    @Test("a candidate signalled after its check takes the place of the peer-reflexive one")
    func signalledAfterCheck() {
        let simulation = ICESimulation(seed: 8)
        simulation.sides[1].trickles = false
        simulation.connect()
        simulation.run(for: .seconds(1))
        #expect(simulation.sides[0].agent.remoteCandidates.map(\.type) == [.prflx])
        let candidate = simulation.sides[1].candidates[0]
        simulation.signal(.candidate(candidate), to: 0)
        simulation.run(for: .seconds(1))
        #expect(simulation.sides[0].agent.remoteCandidates == [candidate])
        #expect(simulation.sides[0].agent.statistics(at: .zero).count { $0.type == "candidate-pair" } == 1)
        #expect(simulation.isConnected)
    }

    @Test("mappings are kept alive while the call rings")
    func keepalive() {
        let simulation = makeSimulation(seed: 9, [.endpointIndependent, .endpointIndependent])
        simulation.addHosts(ICESimulation.address(1), to: 0)
        simulation.run(for: .seconds(1))
        let sent = simulation.sides[0].sentCount
        simulation.run(for: .seconds(60))
        #expect((5...7).contains(simulation.sides[0].sentCount - sent))
        #expect(simulation.sides[0].candidates.count == 2)
    }

    @Test("relay-only tells nobody our addresses and answers no check")
    func relayOnly() {
        let configuration = ICEConfiguration(stunServers: [Self.server], relayOnly: true)
        let simulation = ICESimulation(seed: 10, configuration: configuration)
        simulation.servers = [Self.server]
        simulation.connect()
        simulation.run(for: .seconds(60))
        #expect(simulation.sides.allSatisfy { $0.candidates.isEmpty && $0.isGatheringComplete && $0.sentCount == 0 })
        #expect(simulation.sides.allSatisfy { $0.agent.state == .failed })
    }
}
