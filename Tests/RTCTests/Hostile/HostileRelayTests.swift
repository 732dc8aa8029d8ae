import TestSupport
import Testing
import Wire

@testable import RTC

/// TURN servers that want harm: they see no keys of a call, but every datagram goes through them.
@Suite("A relayed call and a hostile TURN server") struct HostileRelayTests {
    @Test("messages of wrong lengths, unbound channels and forged data from the server's address do a call no harm")
    func garbage() throws {
        let call = try RelayedCall(seed: 950, relayOnly: true)
        try call.connect()
        #expect(call.run(until: { $0.isConnected }, limit: .seconds(30)))
        call.run(for: .seconds(2))
        var random = Fuzzer(seed: 951)
        let server = call.servers[0].address
        for index in 0..<20_000 {
            var bytes: [UInt8]
            switch index % 4 {
            case 0:
                // Every channel number, with every relation of length to bytes.
                bytes = []
                bytes.write(UInt16(truncatingIfNeeded: 0x4000 + index))
                bytes.write(UInt16(truncatingIfNeeded: [0, 1, 4, 20, 65_535][index % 5]))
                bytes += random.bytes(Int(random.next() % 40))
            case 1:
                bytes = STUNMessage(
                    .indication, .data, transaction: STUNTransactionID(using: &random),
                    attributes: [
                        .xorPeerAddress(TransportAddress(.v4(UInt32(truncatingIfNeeded: random.next())), port: 7)),
                        .data(random.bytes(30)),
                    ]
                ).serialized()
            case 2:
                bytes = STUNMessage(
                    .error, [.allocate, .refresh, .createPermission, .channelBind][index % 16 / 4],
                    transaction: STUNTransactionID(using: &random),
                    attributes: [.errorCode(STUNErrorCode(300 + index % 400, "")), .nonce([1]), .realm("r")]
                ).serialized()
            default: bytes = [UInt8(random.next() % 80)] + random.bytes(Int(random.next() % 100))
            }
            if index % 3 == 0 { random.damage(&bytes) }
            for side in call.sides {
                side.peer.receive(bytes, from: server, to: side.address, at: call.now)
                while side.peer.pollTransmit(at: call.now) != nil {}
            }
        }
        #expect(call.audio(during: .seconds(5)).allSatisfy { $0 > 200 })
        #expect(call.isConnected)
        for side in call.sides {
            let footprint = Footprint(of: side.peer)
            #expect(footprint.largestTable.count <= 8192, "\(footprint.largestTable)")
            #expect(footprint.elements < 40_000)
        }
    }

    @Test("servers that send on to one another for ever are left alone soon", arguments: [1, 2, 5])
    func alternates(count: UInt32) throws {
        let scene = TURNScene()
        scene.client.start(at: .zero)
        var now = Instant.zero
        var asked = 0
        var addresses: Set<TransportAddress> = []
        for _ in 0..<1000 {
            while let bytes = scene.client.pollTransmit() {
                guard let request = try? ReceivedSTUNMessage(parsing: bytes).message else { continue }
                asked += 1
                addresses.insert(scene.client.address)
                let next = TransportAddress(.v4(0x0808_0808 + UInt32(asked) % count), port: 3478)
                let answer = STUNMessage(
                    .error, .allocate, transaction: request.transaction,
                    attributes: [.errorCode(.tryAlternate), .alternateServer(next)])
                _ = scene.client.receive(answer.serialized(), at: now)
            }
            guard let due = scene.client.nextTimeout else { break }
            now = max(now, due)
            scene.client.handleTimeout(at: now)
        }
        #expect(scene.client.state == .failed)
        #expect(asked <= 20, "\(asked) questions")
        #expect(scene.client.nextTimeout == nil)
    }
}
