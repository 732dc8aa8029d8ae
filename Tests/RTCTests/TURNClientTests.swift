import RTC
import TestSupport
import Testing
import Wire

@Suite("TURN client") struct TURNClientTests {
    @Test("an allocation is made after a challenge, with old and new keys", arguments: [false, true])
    func allocates(isModern: Bool) {
        let scene = TURNScene()
        scene.server.isModern = isModern
        scene.start()
        #expect(scene.events == [.allocated])
        #expect(scene.client.relayed == [TransportAddress(scene.server.address.ip, port: 50_001)])
        #expect(scene.client.mapped == ICESimulation.address(1))
        #expect(scene.sentCount == 2 && scene.server.errors == [401: 1])
    }

    @Test("with both families asked for, the relay of each speaks with its own peers")
    func families() {
        let scene = TURNScene(families: .both)
        scene.server.relaysIPv6 = true
        scene.start()
        #expect(scene.client.relayed.map(\.ip.isIPv4) == [true, false])
        let peer = TransportAddress(.v6(0x2001_0DB8_0000_0000, 7), port: 9)
        #expect(scene.client.relayedAddress(for: peer)?.ip.isIPv4 == false)
        let plain = TURNScene(families: .both)
        plain.start()
        #expect(plain.client.relayed.count == 1)
        let none = TURNScene(families: .ipv6)
        none.start()
        #expect(none.events == [.failed(.addressFamilyNotSupported)])
    }

    @Test("wrong credentials end in a typed failure, and right ones bring it back")
    func wrongCredentials() {
        let scene = TURNScene(password: "wrong")
        scene.start()
        #expect(scene.events == [.failed(.unauthorized)])
        #expect(scene.sentCount == 2 && scene.client.nextTimeout == nil)
        scene.client.setCredentials(TURNCredentials(username: "ann", password: "secret"), at: scene.now)
        scene.run(for: .seconds(1))
        #expect(scene.events.last == .allocated)
    }

    @Test(
        "refusals are typed",
        arguments: [
            (STUNErrorCode.forbidden, TURNFailure.forbidden), (.allocationQuotaReached, .quotaReached),
            (.insufficientCapacity, .insufficientCapacity), (.unsupportedTransport, .unsupportedTransport),
            (.allocationMismatch, .allocationMismatch), (STUNErrorCode(599, ""), .refused(599)),
        ])
    func refusals(error: STUNErrorCode, failure: TURNFailure) {
        let scene = TURNScene()
        scene.server.refusal = error
        scene.start()
        #expect(scene.events == [.failed(failure)])
    }

    @Test("a silent server fails the allocation after some seconds, and is then left alone")
    func silence() {
        let scene = TURNScene()
        scene.server.isUp = false
        scene.client.start(at: scene.now)
        scene.run(for: .seconds(60))
        #expect(scene.events == [.failed(.timeout)])
        #expect(scene.sentCount == 6)
    }

    @Test("over a stream nothing is repeated")
    func stream() {
        let scene = TURNScene(transport: .tcp)
        scene.run(for: .milliseconds(10))
        #expect(scene.events == [.connect(scene.server.address)])
        scene.server.isUp = false
        scene.client.start(at: scene.now)
        scene.run(for: .seconds(60))
        #expect(scene.sentCount == 1 && scene.events.last == .failed(.timeout))
    }

    @Test("300 leads to another server, and not in circles")
    func redirects() {
        let scene = TURNScene()
        let other = SimulatedTURNServer(TransportAddress(.v4(0x0808_0404), port: 3478))
        scene.others = [other]
        scene.server.alternate = other.address
        scene.start()
        #expect(scene.events == [.allocated] && scene.client.address == other.address)
        let lost = TURNScene()
        lost.others = [SimulatedTURNServer(other.address)]
        lost.server.alternate = other.address
        lost.others[0].alternate = lost.server.address
        lost.start()
        #expect(lost.events == [.failed(.redirectedTooOften)])
    }

    @Test("a stale nonce is replaced without anybody noticing")
    func staleNonce() {
        let scene = TURNScene()
        scene.start()
        scene.server.makeNoncesStale()
        scene.client.send([0, 1, 2], to: TURNScene.peer, at: scene.now)
        scene.run(for: .seconds(1))
        #expect(scene.server.errors[438] == 1)
        #expect(scene.relayed.map(\.bytes) == [[0, 1, 2]])
    }

    @Test("the first datagram to a peer goes right behind the request for its permission, and arrives once")
    func firstDatagram() {
        let scene = TURNScene()
        scene.start()
        scene.client.send([0, 7], to: TURNScene.peer, at: scene.now)
        // One way takes 20 ms: the permission is not known here yet.
        scene.run(for: .milliseconds(30))
        #expect(scene.relayed.map(\.bytes) == [[0, 7]])
        scene.run(for: .seconds(1))
        #expect(scene.relayed.count == 1)
        // An answer that overtakes the grant is for us: we have asked for it.
        let other = TransportAddress(.v4(0xC633_6408), port: 6000)
        scene.client.send([0, 8], to: other, at: scene.now)
        scene.run(for: .milliseconds(20))
        scene.receive(from: other, [0, 9])
        #expect(scene.received.map(\.bytes) == [[0, 9]])
    }

    @Test("permission and channel are asked for when used, kept while used, and let go")
    func peers() {
        let scene = TURNScene()
        scene.start()
        for number in UInt8(0)..<3 { scene.client.send([0, number], to: TURNScene.peer, at: scene.now) }
        scene.run(for: .seconds(1))
        #expect(scene.relayed.map(\.bytes) == [[0, 0], [0, 1], [0, 2]])
        #expect(scene.server.counts[.createPermission] == 1 && scene.server.counts[.channelBind] == nil)
        // Twenty minutes of media.
        for _ in 0..<1200 {
            scene.client.send([128, 1, 2, 3, 4], to: TURNScene.peer, at: scene.now)
            scene.run(for: .seconds(1))
        }
        #expect(scene.relayed.count == 1203)
        #expect(scene.server.sendCount == 4 && scene.server.channelDataCount == 1199)
        #expect(scene.server.counts[.createPermission] == 6)
        #expect(scene.server.counts[.channelBind] == 3)
        #expect(scene.server.counts[.refresh] == 2)
        scene.receive(from: TURNScene.peer, [9, 9])
        #expect(scene.received.map(\.bytes) == [[9, 9]] && scene.received.first?.peer == TURNScene.peer)
        scene.run(for: .seconds(1200))
        #expect(scene.server.counts[.createPermission] == 6 || scene.server.counts[.createPermission] == 7)
        scene.receive(from: TURNScene.peer, [7])
        #expect(scene.received.count == 1)
        // The channel's number is remembered.
        scene.client.send([128, 5], to: TURNScene.peer, at: scene.now)
        scene.run(for: .seconds(1))
        scene.client.send([128, 6], to: TURNScene.peer, at: scene.now)
        scene.run(for: .seconds(1))
        #expect(scene.relayed.suffix(2).map(\.bytes) == [[128, 5], [128, 6]])
        #expect(scene.server.errors[400] == nil)
    }

    @Test("what comes from a peer without permission is dropped, whatever the server says")
    func unpermitted() {
        let scene = TURNScene()
        scene.start()
        scene.client.send([0], to: TURNScene.peer, at: scene.now)
        scene.run(for: .seconds(1))
        var random = Fuzzer(seed: 3)
        for ip in [IPAddress.v4(0xC633_6408), TURNScene.peer.ip] {
            let message = STUNMessage(
                .indication, .data, transaction: STUNTransactionID(using: &random),
                attributes: [.xorPeerAddress(TransportAddress(ip, port: 1)), .data([1])])
            let datagram = scene.client.receive(message.serialized(), at: scene.now)
            #expect((datagram != nil) == (ip == TURNScene.peer.ip))
        }
        #expect(
            scene.client.receive(ChannelData(number: 0x4000, data: [1]).serialized(padded: false), at: scene.now) == nil
        )
    }

    @Test("peers have a cap")
    func cap() {
        let scene = TURNScene()
        scene.start()
        for number in UInt32(0)..<500 {
            scene.client.send([0], to: TransportAddress(.v4(0xC633_0000 + number), port: 1), at: scene.now)
        }
        scene.run(for: .seconds(5))
        #expect(scene.server.counts[.createPermission] == 64 && scene.relayed.count == 64)
    }

    @Test("closing ends the allocation at the server, and nothing happens after it")
    func closes() {
        let scene = TURNScene()
        scene.start()
        scene.client.close(at: scene.now)
        scene.run(for: .seconds(1))
        #expect(scene.server.allocations.isEmpty)
        #expect(scene.client.nextTimeout == nil && scene.client.state == .closed)
        scene.client.send([0], to: TURNScene.peer, at: scene.now)
        let sent = scene.client.pollTransmit()
        #expect(sent == nil)
    }

    @Test("loss up to a fifth each way is repaired")
    func loss() {
        for seed in 0..<20 {
            let scene = TURNScene()
            scene.loss = 0.2
            scene.now = Instant(microseconds: Int64(seed) * 7919)
            for _ in 0..<seed { _ = scene.client.receive([0], at: scene.now) }
            scene.client.start(at: scene.now)
            scene.run(for: .seconds(10))
            #expect(scene.events == [.allocated])
            scene.client.send([0], to: TURNScene.peer, at: scene.now)
            scene.run(for: .seconds(5))
            #expect(scene.server.counts[.createPermission] != nil)
            scene.run(for: .seconds(1800))
            #expect(scene.events == [.allocated])
        }
    }
}
