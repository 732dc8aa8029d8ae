import RTC
import TestSupport
import Testing
import Wire

/// Candidates as no honest side would send them.
extension ICEHostileInputTests {
    func candidate(_ address: TransportAddress, priority: UInt32 = 2_130_706_431) -> ICECandidate {
        ICECandidate(
            foundation: String(address.port), priority: priority, address: .ip(address), type: .host)
    }
    @Test("ten thousand candidates leave a bounded agent that still does its work")
    func manyCandidates() {
        let simulation = ICESimulation(seed: 13)
        simulation.sides[1].trickles = false
        simulation.connect()
        simulation.run(for: .seconds(1))
        for index in 0..<10_000 {
            let address = TransportAddress(.v4(0x0B00_0000 &+ UInt32(index)), port: 9)
            var bogus = candidate(address, priority: 2_130_706_431)
            bogus.usernameFragment = index.isMultiple(of: 3) ? "future\(index)" : nil
            simulation.sides[0].agent.addRemoteCandidate(bogus, at: simulation.now)
            let name = ICECandidate(
                foundation: "n", priority: 1, address: .name("name-\(index).local", port: 9), type: .host)
            simulation.sides[0].agent.addRemoteCandidate(name, at: simulation.now)
        }
        simulation.drain(0)
        #expect(simulation.sides[0].names.count <= 16)
        #expect(simulation.sides[0].agent.remoteCandidates.count <= 100)
        let records = simulation.sides[0].agent.statistics(at: simulation.now)
        #expect(records.count { $0.type == "candidate-pair" } <= 100)
        #expect(simulation.isConnected, "the good pair came first")
        let sent = simulation.sides[0].sentCount
        simulation.run(for: .seconds(30))
        #expect(simulation.sides[0].sentCount - sent < 2000)
    }

    @Test("candidates that lead nowhere are never checked")
    func uselessCandidates() {
        var agent = agent(role: .controlling)
        let useless: [TransportAddress] = [
            TransportAddress(.v4(0), port: 5), TransportAddress(.v4(0xE000_0001), port: 5),
            TransportAddress(.v4(0xFFFF_FFFF), port: 5), TransportAddress(.v4(0x7F00_0001), port: 5),
            TransportAddress(.v6(0xFE80_0000_0000_0000, 5), port: 5), TransportAddress(.v6(0, 0), port: 5),
            TransportAddress(.v6(0xFF02_0000_0000_0000, 1), port: 5),
            TransportAddress(.v6(0, 0x0000_FFFF_0A00_0002), port: 5), ICESimulation.address(2, port: 0),
        ]
        for address in useless { agent.addRemoteCandidate(candidate(address), at: .zero) }
        var tcp = candidate(ICESimulation.address(2))
        tcp.transport = .tcp
        agent.addRemoteCandidate(tcp, at: .zero)
        var second = candidate(ICESimulation.address(2))
        second.component = 2
        agent.addRemoteCandidate(second, at: .zero)
        #expect(transmits(&agent).isEmpty)
        agent.addRemoteCandidate(candidate(ICESimulation.address(2)), at: .zero)
        #expect(transmits(&agent).count == 1)
    }

    @Test("candidates before the credentials wait, those of a past generation are dropped, those of a coming one kept")
    func generations() {
        var agent = ICEAgent(role: .controlling, random: .seeded(3))
        agent.addLocalHost(Self.us, at: .zero)
        var past = candidate(ICESimulation.address(3))
        past.usernameFragment = "old0"
        var coming = candidate(ICESimulation.address(4))
        coming.usernameFragment = "new0"
        var current = candidate(Self.them)
        current.usernameFragment = "remo"
        for candidate in [past, coming, current] { agent.addRemoteCandidate(candidate, at: .zero) }
        #expect(agent.remoteCandidates.isEmpty && transmits(&agent).isEmpty)
        agent.setRemote(
            ICECredentials(usernameFragment: "old0", password: "password of the old one"), isLite: false, at: .zero)
        #expect(agent.remoteCandidates == [past])
        agent.setRemote(Self.theirs, isLite: false, at: .zero)
        #expect(agent.remoteCandidates == [current])
        past.address = .ip(ICESimulation.address(5))
        agent.addRemoteCandidate(past, at: .zero)
        #expect(agent.remoteCandidates == [current])
        agent.setRemote(
            ICECredentials(usernameFragment: "new0", password: "password of the new one"), isLite: false, at: .zero)
        #expect(agent.remoteCandidates == [coming])
    }

    @Test("a hidden candidate is asked for once, and checked when its name is resolved")
    func names() {
        var agent = agent(role: .controlling)
        let hidden = ICECandidate(
            foundation: "1", priority: 9, address: .name("host.local", port: 5000), type: .host)
        agent.addRemoteCandidate(hidden, at: .zero)
        agent.addRemoteCandidate(hidden, at: .zero)
        var names = 0
        while let event = agent.pollEvent() { if event == .resolve(name: "host.local") { names += 1 } }
        #expect(names == 1)
        #expect(transmits(&agent).isEmpty)
        agent.resolved("other.local", to: [Self.them.ip], at: .zero)
        #expect(transmits(&agent).isEmpty)
        agent.resolved("host.local", to: [Self.them.ip], at: .zero)
        #expect(transmits(&agent).count == 1)
        #expect(agent.remoteCandidates.first?.transportAddress == Self.them)
    }
}
