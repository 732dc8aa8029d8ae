import RTC
import TestSupport
import Testing
import Wire

@Suite("TURN client before a hostile server") struct TURNHostileServerTests {
    private static let peer = TransportAddress(.v4(0xC633_6407), port: 6000)

    private func nextRequest(_ client: inout TURNClient) throws -> STUNMessage {
        let bytes = client.pollTransmit()
        return try ReceivedSTUNMessage(parsing: try #require(bytes)).message
    }

    @Test("a forged success, and a challenge that takes the better algorithms out, are not believed")
    func forgery() throws {
        let scene = TURNScene()
        scene.client.start(at: .zero)
        let first = try nextRequest(&scene.client)
        let nonce = Array("obMatJos2gAAAnonce".utf8)
        let downgraded = STUNMessage(
            .error, .allocate, transaction: first.transaction,
            attributes: [.errorCode(.unauthenticated), .realm("r"), .nonce(nonce)])
        var other = scene.client
        _ = other.receive(downgraded.serialized(), at: .zero)
        #expect(other.state == .failed)
        let challenge = STUNMessage(
            .error, .allocate, transaction: first.transaction,
            attributes: [.errorCode(.unauthenticated), .realm("r"), .nonce([1])])
        _ = scene.client.receive(challenge.serialized(), at: .zero)
        let second = try nextRequest(&scene.client)
        let forged = STUNMessage(
            .success, .allocate, transaction: second.transaction,
            attributes: [.xorRelayedAddress(Self.peer), .lifetime(600)])
        _ = scene.client.receive(forged.serialized(), at: .zero)
        _ = scene.client.receive(forged.serialized(integrityKey: [1]), at: .zero)
        #expect(scene.client.state == .allocating)
    }

    @Test("a server that sends anything at all cannot make the client trap, spin or grow")
    func fuzz() throws {
        var random = Fuzzer(seed: 31)
        for round in 0..<300 {
            let scene = TURNScene()
            scene.client.start(at: .zero)
            var now = Instant.zero
            var last: [UInt8] = []
            for _ in 0..<60 {
                while let bytes = scene.client.pollTransmit() { last = bytes }
                var bytes = last
                if let request = try? ReceivedSTUNMessage(parsing: last).message {
                    let answers: [[STUNAttribute]] = [
                        [
                            .errorCode(STUNErrorCode(Int.random(in: 300...699, using: &random), "")), .realm("r"),
                            .nonce([1]),
                        ],
                        [.errorCode(.unauthenticated), .realm("example.org"), .nonce(random.bytes(4))],
                        [
                            .errorCode(.tryAlternate),
                            .alternateServer(TransportAddress(.v4(UInt32(truncatingIfNeeded: random.next())), port: 1)),
                        ],
                        [.xorRelayedAddress(Self.peer), .lifetime(UInt32(truncatingIfNeeded: random.next()))], [],
                    ]
                    let attributes = answers[Int(random.next() % 5)]
                    let isError = attributes.contains { if case .errorCode = $0 { true } else { false } }
                    let key = STUNPasswordAlgorithm.md5.key(username: "ann", realm: "example.org", password: "secret")
                    bytes = STUNMessage(
                        isError ? .error : .success, request.method, transaction: request.transaction,
                        attributes: attributes
                    ).serialized(integrityKey: isError ? nil : key)
                }
                if random.next() % 3 == 0 { random.damage(&bytes) }
                _ = scene.client.receive(bytes, at: now)
                scene.client.send(random.bytes(Int(random.next() % 40)), to: Self.peer, at: now)
                if round % 2 == 0, let next = scene.client.nextTimeout {
                    now = max(now, next)
                    scene.client.handleTimeout(at: now)
                }
            }
            var count = 0
            while scene.client.pollTransmit() != nil { count += 1 }
            #expect(count <= 512)
        }
    }
}
