import RTC
import TestSupport
import Testing
import Wire

@Suite("ICE: consent, failover and restart") struct ICEConsentTests {
    private func connected(seed: UInt64) -> ICESimulation {
        let simulation = ICESimulation(seed: seed)
        simulation.connect()
        simulation.run(for: .seconds(2))
        return simulation
    }

    @Test("when the far side vanishes: disconnected after 5 s, failed after 30 s, then nothing is sent any more")
    func lost() throws {
        let simulation = connected(seed: 1)
        #expect(simulation.isConnected)
        simulation.network.conditions = .cut
        let cutAt = simulation.now
        #expect(simulation.run(until: { $0.sides[0].agent.state == .disconnected }))
        #expect((.seconds(2)...(.seconds(6))).contains(simulation.now - cutAt))
        #expect(simulation.run(until: { $0.sides[0].agent.state == .failed }))
        #expect((.seconds(24)...(.seconds(31))).contains(simulation.now - cutAt))
        #expect(simulation.sides[0].agent.selectedPair == nil)
        #expect(
            !simulation.sides[0].agent.isValidated(base: ICESimulation.address(1), remote: ICESimulation.address(2)))
        simulation.run(for: .seconds(1))
        let sent = simulation.sides[0].sentCount
        simulation.network.conditions = .localNetwork
        simulation.run(for: .seconds(60))
        #expect(simulation.sides[0].sentCount == sent)
        #expect(simulation.sides[0].agent.nextTimeout == nil)
        #expect(simulation.sides[0].states.suffix(2) == [.disconnected, .failed])
    }

    @Test("a break of ten seconds is survived: disconnected, then connected again by itself")
    func shortBreak() {
        let simulation = connected(seed: 2)
        simulation.network.conditions = .cut
        simulation.run(for: .seconds(10))
        #expect(simulation.sides.allSatisfy { $0.agent.state == .disconnected })
        #expect(simulation.sides.allSatisfy { $0.agent.selectedPair != nil }, "media goes on meanwhile")
        simulation.network.conditions = .localNetwork
        let mended = simulation.now
        #expect(simulation.run(until: \.isConnected))
        #expect(simulation.now - mended < .seconds(1))
    }

    @Test("a far side that checks us but has stopped answering is alive (Chromium since 144)")
    func inboundChecksAreLife() throws {
        let simulation = connected(seed: 3)
        let far = ICESimulation.address(2)
        let (ours, theirs) = (simulation.sides[0].agent.localCredentials, simulation.sides[1].agent.localCredentials)
        simulation.network.unplugged = [far.ip]
        var random = RandomSource.seeded(1)
        for _ in 0..<40 {
            let check = STUNMessage(
                .request, .binding, transaction: STUNTransactionID(using: &random),
                attributes: [
                    .username(Array("\(ours.usernameFragment):\(theirs.usernameFragment)".utf8)), .priority(1),
                    .iceControlled(1),
                ])
            simulation.sides[0].agent.receive(
                check.serialized(integrityKey: Array(ours.password.utf8)), from: far, to: ICESimulation.address(1),
                at: simulation.now)
            simulation.drain(0)
            simulation.run(for: .milliseconds(2500))
        }
        #expect(simulation.sides[0].agent.state == .completed)
        #expect(simulation.sides[1].agent.state == .failed)
    }

    @Test("authenticated media breaks silence, but does not stand for consent")
    func mediaIsNoConsent() {
        let simulation = connected(seed: 4)
        simulation.network.conditions = .cut
        for _ in 0..<20 {
            simulation.run(for: .seconds(1))
            simulation.sides[0].agent.packetAuthenticated(
                from: ICESimulation.address(2), to: ICESimulation.address(1), at: simulation.now)
        }
        #expect(simulation.sides[0].agent.state == .completed)
        #expect(simulation.sides[1].agent.state == .disconnected)
        for _ in 0..<20 {
            simulation.run(for: .seconds(1))
            simulation.sides[0].agent.packetAuthenticated(
                from: ICESimulation.address(2), to: ICESimulation.address(1), at: simulation.now)
        }
        #expect(simulation.sides[0].agent.state == .failed)
    }

    @Test("a healthy call costs a check every few seconds and side, no more")
    func load() {
        let simulation = connected(seed: 5)
        let sent = simulation.network.sentCount
        simulation.run(for: .seconds(100))
        // Requests and answers of both sides; probes fill in for media, which does not flow here.
        #expect((80...200).contains(simulation.network.sentCount - sent))
    }

    @Test("when the way in use dies the other interface takes over, in seconds, whoever controls")
    func failover() {
        let simulation = ICESimulation(seed: 6)
        let second = TransportAddress(.v4(0xC0A8_0001), port: 5000)
        simulation.addHosts(ICESimulation.address(1), second, to: 0)
        simulation.addHosts(ICESimulation.address(2), to: 1)
        simulation.exchangeDescriptions()
        simulation.run(for: .seconds(2))
        #expect(simulation.sides[0].agent.selectedPair?.base == ICESimulation.address(1))
        simulation.network.unplugged = [ICESimulation.address(1).ip]
        let cutAt = simulation.now
        #expect(simulation.run(until: { $0.agreesOnPair && $0.sides[0].agent.selectedPair?.base == second }))
        #expect(simulation.now - cutAt < .seconds(8))
        #expect(simulation.run(until: \.isConnected, limit: .seconds(1)))
    }

    @Test("an interface that is taken away gives way to another at once", arguments: [0, 1])
    func removedInterface(_ side: Int) {
        let simulation = ICESimulation(
            seed: 7, roles: side == 0 ? [.controlling, .controlled] : [.controlled, .controlling])
        let second = TransportAddress(.v4(0xC0A8_0001), port: 5000)
        simulation.addHosts(ICESimulation.address(1), second, to: 0)
        simulation.addHosts(ICESimulation.address(2), to: 1)
        simulation.exchangeDescriptions()
        simulation.run(for: .seconds(2))
        simulation.sides[0].agent.removeLocalHost(ICESimulation.address(1), at: simulation.now)
        simulation.drain(0)
        #expect(simulation.sides[0].agent.state == .disconnected)
        #expect(
            simulation.run(until: { $0.sides[0].agent.state == .connected || $0.sides[0].agent.state == .completed }))
        #expect(simulation.sides[0].agent.selectedPair?.base == second)
        // The far side follows when it notices the silence.
        #expect(simulation.run(until: { $0.agreesOnPair && $0.isConnected }, limit: .seconds(8)))
    }

    @Test("an interface that goes right after nomination, before the far side believes another, costs seconds only")
    func removedAtOnce() {
        let simulation = ICESimulation(seed: 13)
        let second = TransportAddress(.v4(0xC0A8_0001), port: 5000)
        simulation.addHosts(ICESimulation.address(1), second, to: 0)
        simulation.addHosts(ICESimulation.address(2), to: 1)
        simulation.exchangeDescriptions()
        #expect(simulation.run(until: { $0.sides.allSatisfy(\.isNominated) }))
        simulation.sides[0].agent.removeLocalHost(ICESimulation.address(1), at: simulation.now)
        simulation.drain(0)
        #expect(simulation.run(until: { $0.agreesOnPair && $0.isConnected }, limit: .seconds(8)))
        #expect(simulation.sides[1].agent.selectedPair?.remote == second)
    }

    @Test("the last interface gone and a new one come: the call goes on by it")
    func changedNetwork() {
        let simulation = connected(seed: 8)
        simulation.sides[0].agent.removeLocalHost(ICESimulation.address(1), at: simulation.now)
        simulation.drain(0)
        simulation.run(for: .seconds(3))
        #expect(simulation.sides[0].agent.state == .disconnected && simulation.sides[0].agent.selectedPair == nil)
        simulation.addHosts(ICESimulation.address(9), to: 0)
        #expect(simulation.run(until: { $0.isConnected && $0.agreesOnPair }, limit: .seconds(6)))
        #expect(simulation.sides[1].agent.selectedPair?.remote == ICESimulation.address(9))
    }

    @Test("a restart keeps the old pair until the new generation has one, and changes all credentials")
    func restart() {
        let simulation = connected(seed: 9)
        let old = simulation.sides.map(\.agent.localCredentials)
        simulation.sides[0].agent.restart(at: simulation.now)
        #expect(simulation.sides[0].agent.localCredentials != old[0])
        #expect(simulation.sides[0].agent.selectedPair?.remote == ICESimulation.address(2))
        // The offer takes a minute: the old pair lives by the old credentials.
        simulation.sides[0].trickles = false
        simulation.run(for: .seconds(60))
        #expect(simulation.isConnected && simulation.sides.allSatisfy { !$0.states.contains(.disconnected) })
        simulation.signal(.credentials(simulation.sides[0].agent.localCredentials), to: 1)
        for candidate in simulation.sides[0].agent.localCandidates { simulation.signal(.candidate(candidate), to: 1) }
        simulation.run(for: .milliseconds(50))
        #expect(simulation.sides[1].agent.localCredentials != old[1], "the far side restarts too")
        simulation.signal(.credentials(simulation.sides[1].agent.localCredentials), to: 0)
        simulation.run(for: .seconds(1))
        #expect(simulation.isConnected && simulation.sides.allSatisfy(\.isNominated))
        #expect(simulation.sides.allSatisfy { !$0.states.contains(.failed) && !$0.states.contains(.disconnected) })
        simulation.run(for: .seconds(60))
        #expect(simulation.isConnected)
    }

    @Test("a restart moves the call to an interface that has come since")
    func restartMoves() {
        let simulation = connected(seed: 10)
        simulation.network.unplugged = [ICESimulation.address(1).ip]
        simulation.run(for: .seconds(40))
        #expect(simulation.sides.allSatisfy { $0.agent.state == .failed })
        simulation.sides[0].agent.removeLocalHost(ICESimulation.address(1), at: simulation.now)
        simulation.sides[0].agent.restart(at: simulation.now)
        simulation.addHosts(ICESimulation.address(3), to: 0)
        simulation.exchangeDescriptions()
        #expect(simulation.run(until: { $0.isConnected && $0.agreesOnPair }, limit: .seconds(1)))
        #expect(simulation.sides[0].agent.state == .connected || simulation.sides[0].agent.state == .completed)
        #expect(simulation.sides[1].agent.selectedPair?.remote == ICESimulation.address(3))
    }

    @Test("the same remote credentials again change nothing")
    func sameCredentials() {
        let simulation = connected(seed: 11)
        let credentials = simulation.sides[1].agent.localCredentials
        let before = simulation.sides[0].agent.localCredentials
        simulation.sides[0].agent.setRemote(credentials, isLite: false, at: simulation.now)
        simulation.drain(0)
        #expect(simulation.sides[0].agent.localCredentials == before)
        #expect(simulation.sides[0].agent.state == .completed)
    }

    @Test("after close nothing comes out and nothing goes in")
    func close() {
        let simulation = connected(seed: 12)
        simulation.sides[0].agent.close()
        #expect(simulation.sides[0].agent.pollEvent() == .stateChanged(.closed))
        let sent = simulation.sides[0].sentCount
        simulation.sides[0].agent.addLocalHost(ICESimulation.address(7), at: simulation.now)
        simulation.sides[0].agent.restart(at: simulation.now)
        simulation.run(for: .seconds(60))
        #expect(simulation.sides[0].sentCount == sent)
        #expect(simulation.sides[0].agent.nextTimeout == nil && simulation.sides[0].agent.selectedPair == nil)
        #expect(simulation.sides[1].agent.state == .failed)
    }
}
