import RTC
import TestSupport
import Testing
import Wire

@Suite("ICE: two agents connect") struct ICEConnectionTests {
    @Test("on a LAN both are connected two round trips after the answer, without waiting for any timer")
    func plain() {
        let simulation = ICESimulation(seed: 1)
        simulation.connect()
        // The answer has just arrived at the controlling side; a round trip takes a good millisecond.
        let answered = simulation.now
        #expect(simulation.run(until: { $0.isConnected && $0.agreesOnPair }))
        #expect(simulation.now - answered < .milliseconds(3))
        #expect(simulation.run(until: { $0.sides.allSatisfy { $0.agent.state == .completed } }, limit: .seconds(1)))
        #expect(simulation.now - answered < .milliseconds(10))
        #expect(simulation.sides[0].states == [.checking, .connected, .completed])
        #expect(simulation.sides[1].states == [.checking, .connected, .completed])
        #expect(simulation.sides.allSatisfy { $0.selections.count == 1 })
        let (a, b) = (ICESimulation.address(1), ICESimulation.address(2))
        #expect(simulation.sides[0].agent.isValidated(base: a, remote: b))
        #expect(simulation.sides[1].agent.isValidated(base: b, remote: a))
        #expect(!simulation.sides[0].agent.isValidated(base: a, remote: ICESimulation.address(2, port: 5001)))
    }

    @Test("the best of several interfaces is agreed on, and unreachable ones do not hold the call up")
    func severalInterfaces() {
        let simulation = ICESimulation(seed: 2)
        // The first, most preferred interfaces of the two are networks that do not meet.
        let elsewhere = [TransportAddress(.v4(0xAC10_0001), port: 1), TransportAddress(.v4(0xAC11_0001), port: 1)]
        simulation.network.unplugged = Set(elsewhere.map(\.ip))
        simulation.addHosts(elsewhere[0], ICESimulation.address(1), to: 0)
        simulation.addHosts(elsewhere[1], ICESimulation.address(2), to: 1)
        simulation.exchangeDescriptions()
        let answered = simulation.now
        #expect(simulation.run(until: \.isConnected))
        #expect(simulation.now - answered < .milliseconds(100))
        // Nomination waits for the better pairs, but not long.
        #expect(simulation.run(until: { $0.sides.allSatisfy(\.isNominated) }, limit: .milliseconds(300)))
        #expect(simulation.agreesOnPair)
        #expect(simulation.sides[0].agent.selectedPair?.remote == ICESimulation.address(2))
    }

    @Test("IPv6 and IPv4 are paired among themselves, the preferred one is used, link-local IPv6 never")
    func dualStack() {
        let simulation = ICESimulation(seed: 3)
        let linkLocal = TransportAddress(.v6(0xFE80_0000_0000_0000, 1), port: 5000)
        let hosts = [UInt64(1), 2].map { TransportAddress(.v6(0x2001_0DB8_0000_0000, $0), port: 5000) }
        simulation.addHosts(linkLocal, hosts[0], ICESimulation.address(1), to: 0)
        simulation.addHosts(hosts[1], ICESimulation.address(2), to: 1)
        #expect(simulation.sides[0].candidates.count == 2)
        simulation.exchangeDescriptions()
        #expect(simulation.run(until: { $0.isConnected && $0.sides.allSatisfy(\.isNominated) }))
        #expect(simulation.sides[0].agent.selectedPair?.remote == hosts[1])
        #expect(simulation.sides[0].agent.statistics(at: simulation.now).count { $0.type == "candidate-pair" } == 2)
    }

    @Test("two instances on one host connect by its address, and loopback speaks with loopback only")
    func sameHost() {
        let simulation = ICESimulation(seed: 4, conditions: .perfect)
        let loopback = IPAddress.v4(0x7F00_0001)
        simulation.addHosts(
            ICESimulation.address(1, port: 4000), TransportAddress(loopback, port: 4001), to: 0)
        simulation.addHosts(
            ICESimulation.address(1, port: 5000), TransportAddress(loopback, port: 5001), to: 1)
        simulation.exchangeDescriptions()
        #expect(simulation.run(until: { $0.isConnected && $0.agreesOnPair }))
        #expect(simulation.sides[0].agent.selectedPair?.remote == ICESimulation.address(1, port: 5000))
        #expect(simulation.sides[0].agent.statistics(at: simulation.now).count { $0.type == "candidate-pair" } == 2)
    }

    @Test("loss up to 20 % with jitter, reordering and duplicates only delays", arguments: [0.05, 0.1, 0.2])
    func loss(_ loss: Double) {
        for seed in UInt64(100)..<130 {
            let conditions = LinkConditions(
                loss: loss, delay: .milliseconds(20), jitter: .milliseconds(15), reordering: 0.1, duplication: 0.1)
            let simulation = ICESimulation(seed: seed, conditions: conditions)
            simulation.connect()
            let answered = simulation.now
            let isDone = simulation.run(
                until: { $0.isConnected && $0.agreesOnPair && $0.sides.allSatisfy(\.isNominated) }, limit: .seconds(5))
            #expect(isDone, "seed \(seed) after \(simulation.now - answered)")
            // And it stays so: loss does not make the state flicker.
            simulation.run(for: .seconds(120))
            #expect(simulation.isConnected && !simulation.sides.contains { $0.states.contains(.failed) })
        }
    }

    @Test("candidates that trickle in long after the descriptions connect at once when they come")
    func lateTrickle() {
        let simulation = ICESimulation(seed: 5)
        simulation.sides[0].trickles = false
        simulation.sides[1].trickles = false
        simulation.connect()
        simulation.run(for: .seconds(50))
        // Patience has ended, and yet nothing is lost.
        #expect(simulation.sides.allSatisfy { $0.agent.state == .failed })
        simulation.signal(.candidate(simulation.sides[1].candidates[0]), to: 0, after: .zero)
        let sentAt = simulation.now
        #expect(simulation.run(until: { $0.isConnected && $0.agreesOnPair }))
        #expect(simulation.now - sentAt < .milliseconds(10))
    }

    @Test("without any candidate the agent fails when its patience ends, not before (RFC 8863)")
    func patience() {
        let simulation = ICESimulation(seed: 6)
        simulation.network.conditions = .cut
        simulation.connect()
        let started = simulation.now
        simulation.run(until: { $0.sides[0].agent.state == .failed })
        #expect(simulation.now - started == .milliseconds(39_500))
        #expect(simulation.sides[0].states == [.checking, .failed])
    }

    @Test("checks that come before the remote description are answered, kept, and then save the wait")
    func earlyChecks() {
        let simulation = ICESimulation(seed: 7)
        simulation.addHosts(ICESimulation.address(1), to: 0)
        simulation.addHosts(ICESimulation.address(2), to: 1)
        // Side 0's candidates are with the offer; side 1 is never heard of by signalling but for its credentials.
        simulation.sides[1].trickles = false
        simulation.signal(.credentials(simulation.sides[0].agent.localCredentials), to: 1)
        simulation.run(for: .seconds(2))
        #expect(simulation.sides[1].agent.state == .checking)
        #expect(simulation.sides[1].agent.selectedPair == nil, "the far side cannot understand DTLS yet")
        #expect(
            simulation.sides[0].agent.isValidated(base: ICESimulation.address(1), remote: ICESimulation.address(2)))
        let sentBefore = simulation.sides[0].sentCount
        simulation.signal(.credentials(simulation.sides[1].agent.localCredentials), to: 0, after: .zero)
        let answered = simulation.now
        #expect(simulation.run(until: { $0.isConnected && $0.agreesOnPair }))
        #expect(simulation.now - answered < .milliseconds(3))
        #expect(simulation.sides[0].sentCount > sentBefore)
    }

    @Test("both controlling, or both controlled, are told apart by their tie-breakers", arguments: [0, 1, 2, 3, 4, 5])
    func roleConflict(_ seed: UInt64) {
        for role in [ICERole.controlling, .controlled] {
            let simulation = ICESimulation(seed: 800 + seed, roles: [role, role])
            simulation.connect()
            #expect(
                simulation.run(
                    until: { $0.isConnected && $0.agreesOnPair && $0.sides.allSatisfy(\.isNominated) },
                    limit: .seconds(2)))
            #expect(simulation.sides[0].agent.role != simulation.sides[1].agent.role)
        }
    }

    @Test("a lite remote, which never checks, is connected to by a full one that controls")
    func lite() {
        let simulation = ICESimulation(seed: 9, roles: [.controlled, .controlled])
        simulation.addHosts(ICESimulation.address(1), to: 0)
        simulation.addHosts(ICESimulation.address(2), to: 1)
        // Side 1 only answers: it never learns of side 0.
        simulation.sides[0].trickles = false
        simulation.run(for: .milliseconds(40))
        simulation.sides[0].agent.setRemote(
            simulation.sides[1].agent.localCredentials, isLite: true, at: simulation.now)
        #expect(simulation.run(until: { $0.sides[0].isNominated }, limit: .seconds(1)))
        #expect(simulation.sides[0].agent.role == .controlling)
    }

    @Test("statistics tell of the pair, its round trips and its two candidates")
    func statistics() throws {
        let simulation = ICESimulation(seed: 10, conditions: LinkConditions(delay: .milliseconds(25)))
        simulation.connect()
        simulation.run(for: .seconds(60))
        let records = simulation.sides[0].agent.statistics(at: simulation.now)
        let pair = try #require(records.first { $0.type == "candidate-pair" })
        #expect(pair["state"] == .text("succeeded") && pair["nominated"] == .flag(true))
        #expect(pair["currentRoundTripTime"]?.doubleValue == 0.05)
        let requests = try #require(pair["requestsSent"]?.doubleValue)
        let responses = try #require(pair["responsesReceived"]?.doubleValue)
        #expect(responses == requests && requests > 10)
        #expect(try #require(pair["totalRoundTripTime"]?.doubleValue) > 0.5)
        for (name, type) in [("localCandidateId", "local-candidate"), ("remoteCandidateId", "remote-candidate")] {
            let record = try #require(records.first { .text($0.id) == pair[name] })
            #expect(record.type == type && record["candidateType"] == .text("host"))
        }
        #expect(Set(records.map(\.id)).count == records.count)
    }
}

extension ICESimulation.Side {
    /// The pair in use has been nominated, as statistics tell.
    var isNominated: Bool {
        agent.statistics(at: .zero).contains { $0["selected"] == .flag(true) && $0["nominated"] == .flag(true) }
    }
}
