import RTC
import TestSupport
import Testing
import Wire

@Suite("ICE: hostile and unusual input") struct ICEHostileInputTests {
    static let us = ICESimulation.address(1)
    static let them = ICESimulation.address(2)
    static let theirs = ICECredentials(usernameFragment: "remo", password: "the remote password is long")

    /// A controlled agent with one host and the far side's credentials.
    func agent(role: ICERole = .controlled) -> ICEAgent {
        var agent = ICEAgent(role: role, random: .seeded(77))
        agent.addLocalHost(Self.us, at: .zero)
        agent.setRemote(Self.theirs, isLite: false, at: .zero)
        return agent
    }

    private func check(
        for agent: ICEAgent, seed: UInt64 = 1, password: String? = nil, username: String? = nil,
        _ more: [STUNAttribute] = [.iceControlling(1)]
    ) -> [UInt8] {
        var random = Fuzzer(seed: seed)
        let name = username ?? "\(agent.localCredentials.usernameFragment):\(Self.theirs.usernameFragment)"
        let message = STUNMessage(
            .request, .binding, transaction: STUNTransactionID(using: &random),
            attributes: [.username(Array(name.utf8)), .priority(0x6E00_01FF)] + more)
        return message.serialized(integrityKey: Array((password ?? agent.localCredentials.password).utf8))
    }

    func transmits(_ agent: inout ICEAgent) -> [ReceivedSTUNMessage] {
        var messages: [ReceivedSTUNMessage] = []
        while let transmit = agent.pollTransmit() {
            if let message = try? ReceivedSTUNMessage(parsing: transmit.bytes) { messages.append(message) }
        }
        return messages
    }

    @Test("checks with a wrong password, a wrong name or no signature get no answer and validate nothing")
    func wrongCredentials() {
        var agent = agent()
        let ours = agent.localCredentials.usernameFragment
        var random = Fuzzer(seed: 4)
        let unsigned = STUNMessage(
            .request, .binding, transaction: STUNTransactionID(using: &random),
            attributes: [.username(Array("\(ours):remo".utf8)), .priority(1)])
        let bad = [
            check(for: agent, password: "not the password at all"), check(for: agent, username: "xxxxxxxx:remo"),
            check(for: agent, username: "\(ours):else"), check(for: agent, username: ours),
            check(for: agent, username: ":"), unsigned.serialized(),
        ]
        for bytes in bad {
            agent.receive(bytes, from: Self.them, to: Self.us, at: .zero)
            #expect(transmits(&agent).isEmpty)
        }
        #expect(!agent.isValidated(base: Self.us, remote: Self.them))
        #expect(agent.remoteCandidates.isEmpty)
        agent.receive(check(for: agent), from: Self.them, to: Self.us, at: .zero)
        #expect(agent.isValidated(base: Self.us, remote: Self.them))
        let sent = transmits(&agent)
        #expect(sent.map(\.message.messageClass) == [.success, .request], "the answer, and the triggered check")
        #expect(sent.first?.message.mappedAddress == Self.them)
        #expect(sent.first?.isAuthentic(key: Array(agent.localCredentials.password.utf8)) == true)
        #expect(sent.last?.isAuthentic(key: Array(Self.theirs.password.utf8)) == true)
        #expect(sent.last?.message.username == Array("remo:\(ours)".utf8))
    }

    @Test("an unknown required attribute earns a signed 420 that names it; Chromium's optional ones pass")
    func unknownAttribute() {
        var agent = agent()
        let unknown = STUNAttributeType(rawValue: 0x7F01)
        agent.receive(check(for: agent, [.other(unknown, [1])]), from: Self.them, to: Self.us, at: .zero)
        let refusal = transmits(&agent)
        #expect(refusal.count == 1)
        #expect(refusal.first?.message.errorCode?.code == 420)
        #expect(refusal.first?.message.attributes.contains(.unknownAttributes([unknown])) == true)
        let google = [0xC057, 0xC058, 0xC059, 0xC05C, 0xC060, 0xC070, 0xC071].map {
            STUNAttribute.other(STUNAttributeType(rawValue: $0), [0, 0, 0, 1])
        }
        agent.receive(check(for: agent, google), from: Self.them, to: Self.us, at: .zero)
        #expect(transmits(&agent).first?.message.messageClass == .success)
    }

    @Test("indications and unknown methods are not answered")
    func indications() {
        var agent = agent()
        var random = Fuzzer(seed: 2)
        let key = Array(agent.localCredentials.password.utf8)
        let messages = [
            STUNMessage(.indication, .binding, transaction: STUNTransactionID(using: &random)),
            // GOOG_PING, and TURN's Allocate.
            STUNMessage(.request, STUNMethod(rawValue: 0x200), transaction: STUNTransactionID(using: &random)),
            STUNMessage(.request, STUNMethod(rawValue: 3), transaction: STUNTransactionID(using: &random)),
        ]
        for message in messages {
            agent.receive(message.serialized(integrityKey: key), from: Self.them, to: Self.us, at: .zero)
            agent.receive(message.serialized(), from: Self.them, to: Self.us, at: .zero)
        }
        #expect(transmits(&agent).isEmpty)
    }

    @Test("forged answers change nothing: wrong transaction, wrong password, wrong address")
    func forgedAnswers() throws {
        var agent = agent(role: .controlling)
        agent.addRemoteCandidate(candidate(Self.them), at: .zero)
        let request = try #require(transmits(&agent).first?.message)
        var random = Fuzzer(seed: 9)
        let answer = STUNMessage(
            .success, .binding, transaction: request.transaction, attributes: [.xorMappedAddress(Self.us)])
        var other = answer
        other.transaction = STUNTransactionID(using: &random)
        let key = Array(Self.theirs.password.utf8)
        agent.receive(answer.serialized(), from: Self.them, to: Self.us, at: .zero)
        agent.receive(answer.serialized(integrityKey: [1, 2]), from: Self.them, to: Self.us, at: .zero)
        agent.receive(other.serialized(integrityKey: key), from: Self.them, to: Self.us, at: .zero)
        agent.receive(
            answer.serialized(integrityKey: key), from: ICESimulation.address(3), to: Self.us, at: .zero)
        agent.receive(
            answer.serialized(integrityKey: key), from: Self.them, to: ICESimulation.address(1, port: 1), at: .zero)
        #expect(!agent.isValidated(base: Self.us, remote: Self.them))
        agent.receive(answer.serialized(integrityKey: key), from: Self.them, to: Self.us, at: .zero)
        #expect(agent.isValidated(base: Self.us, remote: Self.them))
    }

    @Test("a far side that answers every check with a role conflict cannot make the agent spin")
    func endlessConflict() {
        var agent = agent(role: .controlling)
        agent.addRemoteCandidate(candidate(Self.them), at: .zero)
        var answered = 0
        while let transmit = agent.pollTransmit() {
            guard let request = try? ReceivedSTUNMessage(parsing: transmit.bytes).message else { continue }
            answered += 1
            guard answered < 1000 else { break }
            let conflict = STUNMessage(
                .error, .binding, transaction: request.transaction, attributes: [.errorCode(.roleConflict)])
            agent.receive(
                conflict.serialized(integrityKey: Array(Self.theirs.password.utf8)), from: Self.them, to: Self.us,
                at: .zero)
        }
        #expect(answered < 20)
    }

    @Test("an aggressive remote, which nominates every pair, ends on the best of them")
    func aggressiveNomination() throws {
        var agent = agent()
        let remotes = (2...5).map { ICESimulation.address($0) }
        let key = Array(Self.theirs.password.utf8)
        for remote in remotes.reversed() {
            // Later addresses have lower priorities; all nominate at once, in the worst order and then again.
            agent.addRemoteCandidate(
                candidate(remote, priority: 2_000_000_000 - UInt32(truncatingIfNeeded: remote.hashOrder)), at: .zero)
        }
        var now = Instant.zero
        for round in 0..<8 {
            for remote in round.isMultiple(of: 2) ? remotes : remotes.reversed() {
                agent.receive(
                    check(for: agent, seed: UInt64(round), [.iceControlling(1), .useCandidate]), from: remote,
                    to: Self.us, at: now)
            }
            while let transmit = agent.pollTransmit() {
                let message = try ReceivedSTUNMessage(parsing: transmit.bytes).message
                guard message.messageClass == .request else { continue }
                let answer = STUNMessage(
                    .success, .binding, transaction: message.transaction, attributes: [.xorMappedAddress(Self.us)])
                agent.receive(answer.serialized(integrityKey: key), from: transmit.remote, to: Self.us, at: now)
            }
            now = now + .milliseconds(50)
            agent.handleTimeout(at: now)
        }
        #expect(agent.selectedPair?.remote == remotes[0])
        #expect(agent.state == .connected)
    }

    @Test("a controlling browser that moves to a worse pair is followed, once the first choosing is over")
    func remoteMoves() throws {
        var agent = agent()
        let key = Array(Self.theirs.password.utf8)
        let remotes = [ICESimulation.address(2), ICESimulation.address(3)]
        agent.addRemoteCandidate(candidate(remotes[0], priority: 2000), at: .zero)
        agent.addRemoteCandidate(candidate(remotes[1], priority: 1000), at: .zero)
        var now = Instant.zero
        for second in 0..<10 {
            now = Instant(microseconds: Int64(second) * 1_000_000)
            agent.handleTimeout(at: now)
            agent.receive(
                check(for: agent, seed: UInt64(second), [.iceControlling(1), .useCandidate]),
                from: remotes[second < 5 ? 0 : 1], to: Self.us, at: now)
            while let transmit = agent.pollTransmit() {
                let message = try ReceivedSTUNMessage(parsing: transmit.bytes).message
                guard message.messageClass == .request else { continue }
                let answer = STUNMessage(
                    .success, .binding, transaction: message.transaction, attributes: [.xorMappedAddress(Self.us)])
                agent.receive(answer.serialized(integrityKey: key), from: transmit.remote, to: Self.us, at: now)
            }
            #expect(agent.selectedPair?.remote == remotes[second < 5 ? 0 : 1], "second \(second)")
        }
    }

    @Test("a flood of checks from ever new addresses is bounded too")
    func manySources() {
        var agent = agent()
        for index in 0..<5000 {
            let source = TransportAddress(.v4(0x0B00_0000 &+ UInt32(index)), port: 9)
            agent.receive(check(for: agent, seed: UInt64(index)), from: source, to: Self.us, at: .zero)
            while agent.pollTransmit() != nil {}
        }
        #expect(agent.remoteCandidates.count == 100)
        #expect(agent.statistics(at: .zero).count { $0.type == "candidate-pair" } == 100)
        let validated = (0..<5000).filter {
            agent.isValidated(base: Self.us, remote: TransportAddress(.v4(0x0B00_0000 &+ UInt32($0)), port: 9))
        }
        #expect(validated.count <= 200)
    }

    @Test("no damaged datagram traps, and none from outside changes the state of a call")
    func fuzz() {
        let simulation = ICESimulation(seed: 14)
        simulation.connect()
        simulation.run(for: .seconds(1))
        var fuzzer = Fuzzer(seed: 1234)
        let agent = simulation.sides[0].agent
        let username =
            "\(agent.localCredentials.usernameFragment):"
            + simulation.sides[1].agent.localCredentials.usernameFragment
        let bases = [
            check(for: agent, username: username, [.iceControlled(9), .useCandidate]),
            check(for: agent, username: username, [.errorCode(.roleConflict), .unknownAttributes([.priority])]),
        ]
        for _ in 0..<20_000 {
            var bytes = bases[Int(fuzzer.next() & 1)]
            fuzzer.damage(&bytes)
            let source = fuzzer.next() & 7 == 0 ? Self.them : ICESimulation.address(UInt32(fuzzer.next() % 200))
            simulation.sides[0].agent.receive(bytes, from: source, to: Self.us, at: simulation.now)
            _ = simulation.sides[0].agent.nextTimeout
        }
        simulation.run(for: .seconds(10))
        #expect(simulation.isConnected && simulation.agreesOnPair)
    }
}

extension TransportAddress {
    /// The last byte of an IPv4 address.
    fileprivate var hashOrder: UInt64 {
        if case .v4(let address) = ip { UInt64(address & 0xFF) } else { 0 }
    }
}
