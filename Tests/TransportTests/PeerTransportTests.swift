import Logging
import NIOPosix
import RTC
import Synchronization
import Testing
import Wire

@testable import Transport

@Suite("Transport") struct PeerTransportTests {
    private final class Side: Sendable {
        let transport = Mutex<PeerTransport?>(nil)
        let states = Mutex<[PeerConnectionState]>([])
        let packets = Atomic<Int>(0)
    }

    private func open(_ side: Side, isPolite: Bool) async throws -> PeerTransport {
        let certificate = try DTLSCertificate.generate(
            commonName: "test", secondsSince1970: MonotonicClock.secondsSince1970)
        let transport = try await PeerTransport.open(
            configuration: PeerConnectionConfiguration(
                certificate: certificate, isPolite: isPolite, ntpAtZero: MonotonicClock.ntpAtZero),
            addresses: [.v4(0x7F00_0001)], on: MultiThreadedEventLoopGroup.singleton.next(),
            logger: Logger(label: "test"),
            onEvent: { event in
                switch event {
                case .connectionStateChanged(let state): side.states.withLock { $0.append(state) }
                case .audio: side.packets.add(1, ordering: .relaxed)
                default: break
                }
            })
        side.transport.withLock { $0 = transport }
        return transport
    }

    @Test("two connections find each other over real sockets, carry sound, and see each other go")
    func connects() async throws {
        let (ann, bob) = (Side(), Side())
        let first = try await open(ann, isPolite: false)
        let second = try await open(bob, isPolite: true)
        let offer = try await first.perform { peer, now in
            peer.addTransceiver(.audio, direction: .sendrecv)
            return try peer.setLocalDescription(.offer, at: now)
        }
        #expect(offer.contains("a=candidate:"))
        let answer = try await second.perform { peer, now in
            try peer.setRemoteDescription(.offer, offer, at: now)
            return try peer.setLocalDescription(.answer, at: now)
        }
        try await first.perform { peer, now in try peer.setRemoteDescription(.answer, answer, at: now) }
        try await until("both are connected") {
            [ann, bob].allSatisfy { $0.states.withLock { $0.contains(.connected) } }
        }
        for _ in 0..<20 {
            first.post { peer, now in
                peer.sendAudio(
                    mid: "0", payload: [1, 2, 3], sampleCount: 960, captureTime: now, level: 10, voiceActivity: true,
                    at: now)
            }
        }
        try await until("sound arrives") { bob.packets.load(ordering: .relaxed) == 20 }
        await first.close()
        try await until("the other side sees it") { bob.states.withLock { $0.contains(.closed) } }
        await second.close()
        await second.close()
    }

    @Test("addresses survive the way through a socket address")
    func addresses() throws {
        for text in ["127.0.0.1", "192.0.2.255", "::1", "2001:db8::ff00:42:8329"] {
            let address = TransportAddress(try #require(IPAddress(text)), port: 54_321)
            #expect(address.socketAddress.flatMap(TransportAddress.init) == address)
        }
    }

    @Test("a network configuration is looked up, and unknown names left out")
    func configuration() async throws {
        var network = NetworkConfiguration()
        try network.addSTUNServer("stun:127.0.0.1")
        try network.addSTUNServer("stun:nowhere.invalid")
        network.relays = [
            try .init(uri: "turns:localhost", user: "ann", password: "secret"),
            try .init(uri: "turn:[::1]:99?transport=tcp", user: "ann", password: "secret"),
        ]
        let (stun, turn) = await network.resolved()
        #expect(stun == [TransportAddress(.v4(0x7F00_0001), port: 3478)])
        #expect(turn.last?.transport == .tcp && turn.last?.address.port == 99)
        #expect(turn.first?.transport == .tls && turn.first?.hostName == "localhost")
    }

    @Test("a range of ports is kept to")
    func portRange() async throws {
        let certificate = try DTLSCertificate.generate(
            commonName: "test", secondsSince1970: MonotonicClock.secondsSince1970)
        let transport = try await PeerTransport.open(
            configuration: PeerConnectionConfiguration(
                certificate: certificate, isPolite: false, ntpAtZero: MonotonicClock.ntpAtZero),
            addresses: [.v4(0x7F00_0001)], options: TransportOptions(portRange: 41_000...41_050),
            on: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "test"), onEvent: { _ in })
        let offer = try await transport.perform { peer, now in
            peer.addTransceiver(.audio, direction: .sendrecv)
            return try peer.setLocalDescription(.offer, at: now)
        }
        #expect(offer.contains("127.0.0.1 410"))
        await transport.close()
    }

    @Test("loopback is used only when it is asked for, or when there is nothing else")
    func interfaces() throws {
        #expect(try NetworkInterfaces.addresses(withLoopback: true).contains { $0.isLoopback })
        let outside = try NetworkInterfaces.addresses(withLoopback: false)
        #expect(outside.allSatisfy(\.isLoopback) || !outside.contains { $0.isLoopback })
        #expect(!outside.contains { $0.isLinkLocal })
    }
}
