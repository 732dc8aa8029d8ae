import RTC
import TestSupport
import Testing
import Wire

@Suite("Calls through NATs and relays") struct RelayedCallTests {
    private func type(_ call: RelayedCall, _ side: Int) -> StatisticsValue? { call.localRecord(side)?["candidateType"] }

    /// Connects, and checks that sound goes both ways.
    private func check(
        _ call: RelayedCall, within limit: Duration = .seconds(5), sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try call.connect()
        #expect(call.run(until: \.isConnected, limit: limit), sourceLocation: sourceLocation)
        call.run(for: .seconds(1))
        let counts = call.audio(during: .seconds(2))
        #expect(counts.allSatisfy { $0 > 90 }, "\(counts)", sourceLocation: sourceLocation)
    }

    @Test("where there is a direct way the relay is not used")
    func direct() throws {
        let call = try RelayedCall(seed: 1)
        try check(call)
        #expect(type(call, 0) == .text("host"))
        #expect(call.servers[0].channelDataCount == 0)
        #expect(call.sides[0].hasAllCandidates)
    }

    @Test("one NAT, and two, are crossed with STUN, relay or not", arguments: [1, 2])
    func translated(count: Int) throws {
        let nats = (0..<count).map { RelayedCall.nat($0, .endpointIndependent) }
        for turn in [[], [TURNTransport.udp]] {
            let call = try RelayedCall(seed: 2, nats: nats, turn: turn)
            try check(call)
            #expect(type(call, 0) == .text("srflx") || type(call, 0) == .text("prflx"))
        }
    }

    @Test("a TURN server alone tells our addresses as a STUN server does, and the way is direct")
    func reflexiveByRelay() throws {
        let nats = (0..<2).map { RelayedCall.nat($0, .endpointIndependent) }
        let call = try RelayedCall(seed: 22, nats: nats, stun: false)
        try check(call)
        #expect((0..<2).allSatisfy { [.text("srflx"), .text("prflx")].contains(type(call, $0)) })
        let records = call.sides[0].peer.statistics(at: call.now).filter { $0["candidateType"] == .text("srflx") }
        #expect(records.contains { $0["url"] == .text("turn:8.8.8.8:3478?transport=udp") })
    }

    @Test("symmetric NATs on both sides need the relay, and get it")
    func symmetric() throws {
        let nats = (0..<2).map { RelayedCall.nat($0, .addressAndPortDependent) }
        let call = try RelayedCall(seed: 3, nats: nats)
        try check(call)
        #expect(type(call, 0) == .text("relay") || type(call, 1) == .text("relay"))
        #expect(call.servers[0].channelDataCount > 100)
        let without = try RelayedCall(seed: 3, nats: nats, turn: [])
        try without.connect()
        without.run(for: .seconds(60))
        #expect(!without.isConnected)
    }

    @Test(
        "every couple of NAT behaviours is crossed",
        arguments: [SimulatedNAT.Behaviour.endpointIndependent, .addressDependent, .addressAndPortDependent],
        [SimulatedNAT.Behaviour.endpointIndependent, .addressDependent, .addressAndPortDependent])
    func behaviours(mapping: SimulatedNAT.Behaviour, filtering: SimulatedNAT.Behaviour) throws {
        for other in [SimulatedNAT.Behaviour.endpointIndependent, .addressAndPortDependent] {
            let call = try RelayedCall(
                seed: 4, nats: [RelayedCall.nat(0, mapping, filtering: filtering), RelayedCall.nat(1, other)])
            try check(call)
        }
    }

    @Test("where UDP is blocked, the relay is reached by TCP and by TLS", arguments: [TURNTransport.tcp, .tls])
    func blocked(transport: TURNTransport) throws {
        let call = try RelayedCall(seed: 5, turn: [.udp, transport], blocked: [0])
        try check(call, within: .seconds(15))
        let record = try #require(call.localRecord(0))
        #expect(record["candidateType"] == .text("relay"))
        #expect(record["relayProtocol"] == .text(transport.rawValue))
        #expect(record["url"] == .text("\(transport == .tls ? "turns" : "turn"):8.8.8.8:3478?transport=tcp"))
        call.cutConnections()
        call.run(for: .seconds(10))
        #expect(call.audio(during: .seconds(5)).allSatisfy { $0 > 240 })
    }

    @Test("relay-only tells no address of ours and uses none")
    func relayOnly() throws {
        let call = try RelayedCall(seed: 6, relayOnly: true)
        try call.connect()
        #expect(call.run(until: \.isConnected, limit: .seconds(5)))
        call.run(for: .seconds(2))
        #expect(call.audio(during: .seconds(5)).allSatisfy { $0 > 240 })
        #expect(type(call, 0) == .text("relay") && type(call, 1) == .text("relay"))
        for side in call.sides {
            let records = side.peer.statistics(at: call.now).filter { $0.type == "local-candidate" }
            #expect(Set(records.map { $0["candidateType"] }) == [.text("relay")])
            #expect(!side.candidates.contains { $0.contains("10.0.0.") })
        }
    }

    @Test("of several relays and ways to them the one by UDP is preferred, and gathering waits for all")
    func several() throws {
        let nats = (0..<2).map { RelayedCall.nat($0, .addressAndPortDependent) }
        let call = try RelayedCall(seed: 7, nats: nats, turn: [.tls, .tcp, .udp], serverCount: 2)
        try check(call)
        #expect(call.sides.allSatisfy { $0.hasAllCandidates })
        #expect(call.servers.allSatisfy { $0.allocations.count == 6 })
        let relayed = call.sides[0].peer.statistics(at: call.now).filter { $0["relayProtocol"] != nil }
        let priorities = Dictionary(
            grouping: relayed, by: { $0["relayProtocol"] ?? .text("") }
        ).mapValues { $0.compactMap { $0["priority"]?.doubleValue }.max() ?? 0 }
        #expect((priorities[.text("udp")] ?? 0) > (priorities[.text("tcp")] ?? 0))
        #expect((priorities[.text("tcp")] ?? 0) > (priorities[.text("tls")] ?? 0))
    }

    @Test("a server that restarts in mid-call costs some seconds of sound")
    func serverRestart() throws {
        let nats = (0..<2).map { RelayedCall.nat($0, .addressAndPortDependent) }
        let call = try RelayedCall(seed: 8, nats: nats)
        try check(call)
        call.run(for: .seconds(15))
        call.servers[0].restart()
        // What is on the way still arrives.
        call.run(for: .milliseconds(100))
        let (before, lost) = (call.sides.map(\.audioCount), call.now)
        #expect(call.run(until: { zip($0.sides, before).allSatisfy { $0.audioCount > $1 } }, limit: .seconds(15)))
        #expect(call.now - lost < .seconds(2), "\(call.now - lost)")
        call.run(for: .seconds(3))
        #expect(call.isConnected)
        #expect(call.audio(during: .seconds(3)).allSatisfy { $0 > 140 })
    }

    @Test(
        "a relay that is silent is asked once whether it still knows us, and so is one of a call on hold now and then")
    func quiet() throws {
        let call = try RelayedCall(seed: 12, relayOnly: true)
        try check(call)
        #expect(call.servers[0].counts[.refresh] == nil)
        call.sendsMedia = false
        call.run(for: .seconds(60))
        #expect((call.servers[0].counts[.refresh] ?? 0) <= 2 * 7)
        #expect(call.isConnected)
    }

    @Test("a call of half an hour outlives permissions, channels, lifetimes and nonces")
    func longCall() throws {
        let nats = (0..<2).map { RelayedCall.nat($0, .addressAndPortDependent) }
        let call = try RelayedCall(seed: 9, nats: nats)
        try check(call)
        call.sendsMedia = false
        for _ in 0..<6 {
            call.servers[0].makeNoncesStale()
            call.run(for: .seconds(300))
            #expect(call.isConnected)
        }
        call.sendsMedia = true
        #expect(call.audio(during: .seconds(5)).allSatisfy { $0 > 240 })
        #expect(call.sides.allSatisfy { !$0.states.contains(.disconnected) })
    }

    @Test("credentials changed at the server and here are taken up without a break")
    func credentials() throws {
        let call = try RelayedCall(seed: 10, relayOnly: true)
        try check(call)
        let next = TURNCredentials(username: "ann", password: "next")
        for side in call.sides {
            side.peer.setTURNCredentials(next, url: "turn:8.8.8.8:3478?transport=udp", at: call.now)
        }
        call.servers[0].users["ann"] = "next"
        call.sendsMedia = false
        call.run(for: .seconds(900))
        #expect(call.isConnected && call.sides.allSatisfy { !$0.states.contains(.disconnected) })
    }

    @Test("loss up to a fifth neither keeps a call from its relay nor ends it", arguments: [0.05, 0.1, 0.2])
    func loss(loss: Double) throws {
        let nats = (0..<2).map { RelayedCall.nat($0, .addressAndPortDependent) }
        for seed in UInt64(20)..<23 {
            let call = try RelayedCall(
                seed: seed, conditions: LinkConditions(loss: loss, delay: .milliseconds(20), jitter: .milliseconds(5)),
                nats: nats)
            try call.connect()
            #expect(call.run(until: \.isConnected, limit: .seconds(20)), "seed \(seed)")
            call.run(for: .seconds(5))
            // Two links to the relay and two from it may be on the way.
            #expect(call.audio(during: .seconds(5)).allSatisfy { $0 > 80 }, "seed \(seed)")
        }
    }

    @Test("closing ends the allocations")
    func closes() throws {
        let call = try RelayedCall(seed: 11, turn: [.udp, .tcp], relayOnly: true)
        try check(call)
        for side in call.sides { side.peer.close(at: call.now) }
        call.run(for: .seconds(1))
        #expect(call.servers[0].allocations.isEmpty)
        #expect(call.sides.allSatisfy { $0.endpoints.isEmpty })
    }

    @Test("a server that cannot be reached only delays the end of gathering")
    func absentServer() throws {
        let call = try RelayedCall(seed: 12, turn: [.udp, .tcp])
        call.servers[0].isUp = false
        try check(call)
        call.run(for: .seconds(15))
        #expect(call.sides.allSatisfy { $0.hasAllCandidates })
    }

    @Test("media without a way is dropped, and keeps no timer spinning")
    func lostWay() throws {
        let call = try RelayedCall(seed: 13)
        try check(call)
        call.network.unplugged = [call.sides[1].address.ip]
        call.run(for: .seconds(40))
        let side = call.sides[0]
        #expect(side.peer.connectionState == .disconnected && side.peer.selectedPair == nil)
        for _ in 0..<20 {
            side.peer.sendAudio(
                mid: "0", payload: [1, 2, 3], sampleCount: 960, captureTime: call.now, level: 10, voiceActivity: true,
                at: call.now)
        }
        while side.peer.pollTransmit(at: call.now) != nil {}
        side.peer.handleTimeout(at: call.now)
        #expect(side.peer.nextTimeout.map { $0 > call.now } ?? true)
    }

    @Test("garbage on a connection to the relay has it opened anew, and the call goes on")
    func garbage() throws {
        let call = try RelayedCall(seed: 14, turn: [.tcp], relayOnly: true)
        try check(call)
        var random = Fuzzer(seed: 15)
        for side in call.sides {
            let id = try #require(side.endpoints.keys.first)
            for _ in 0..<200 {
                var bytes = ChannelData(number: 0x4000, data: random.bytes(20)).serialized(padded: true)
                random.damage(&bytes)
                side.peer.receive(bytes, by: id, at: call.now)
            }
            side.peer.receive(Array("SSH-2.0-nonsense".utf8) + random.bytes(70_000), by: id, at: call.now)
        }
        call.run(for: .seconds(15))
        #expect(call.isConnected)
        #expect(call.audio(during: .seconds(2)).allSatisfy { $0 > 90 })
    }
}
