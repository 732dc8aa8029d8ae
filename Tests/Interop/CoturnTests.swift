import Foundation
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Programs
import RTC
import Synchronization
import Testing
import Transport
import Wire

enum Coturn {
    static var isInstalled: Bool {
        ["turnserver", "openssl"].allSatisfy { (try? Program.system($0)) != nil }
    }
}

/// Calls through coturn, the server that most people run: by UDP, TCP and TLS, with nothing but the relay allowed.
@Suite("coturn", .serialized, .enabled(if: Coturn.isInstalled)) struct CoturnTests {
    /// A server on loopback, with a certificate for `localhost` made for it.
    private final class Server {
        let port = UInt16.random(in: 20_000..<30_000)
        var tlsPort: UInt16 { port + 1 }
        let folder: TemporaryFolder
        private var process: RunningProgram?

        init() throws {
            folder = try TemporaryFolder()
            let outcome = try Program.run(
                Program.system("openssl"),
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", file("key.pem"),
                    "-out", file("certificate.pem"),
                ])
            try #require(outcome.status == 0, "\(outcome.errors)")
        }

        func file(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

        func start() async throws {
            process = try RunningProgram(
                Program.system("turnserver"),
                [
                    "-n", "--no-cli", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--listening-port=\(port)",
                    "--tls-listening-port=\(tlsPort)", "--lt-cred-mech", "--user=ann:secret", "--realm=example.org",
                    "--allow-loopback-peers", "--no-dtls", "--cert=\(file("certificate.pem"))",
                    "--pkey=\(file("key.pem"))", "--userdb=\(file("users"))", "--pidfile=\(file("pid"))",
                    "--log-file=stdout",
                ])
            for _ in 0..<200 {
                let connecting = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(
                    host: "127.0.0.1", port: Int(tlsPort))
                if let channel = try? await connecting.get() { return try await channel.close() }
                try await Task.sleep(for: .milliseconds(50))
            }
            Issue.record("coturn does not listen: \(process?.printed ?? "")")
        }
    }

    private final class Side: Sendable {
        let states = Mutex<[PeerConnectionState]>([])
        let packets = Atomic<Int>(0)
        /// Found after the description was made: a relay lets nobody in whom the far side has not told of.
        let candidates = Mutex<[TrickledCandidate]>([])
    }

    private func open(
        _ side: Side, _ uri: String, password: String = "secret", roots: NIOSSLTrustRoots, isPolite: Bool
    ) async throws -> PeerTransport {
        var network = NetworkConfiguration()
        network.relays = [try .init(uri: uri, user: "ann", password: password)]
        network.relayOnly = true
        var configuration = PeerConnectionConfiguration(
            certificate: try DTLSCertificate.generate(
                commonName: "test", secondsSince1970: MonotonicClock.secondsSince1970),
            isPolite: isPolite, ntpAtZero: MonotonicClock.ntpAtZero)
        await configuration.use(network)
        return try await PeerTransport.open(
            configuration: configuration, addresses: [.v4(0x7F00_0001)], options: TransportOptions(trustRoots: roots),
            on: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "coturn"),
            onEvent: { event in
                switch event {
                case .connectionStateChanged(let state): side.states.withLock { $0.append(state) }
                case .audio: side.packets.add(1, ordering: .relaxed)
                case .localCandidate(let candidate): side.candidates.withLock { $0.append(candidate) }
                default: break
                }
            })
    }

    private func until(_ name: String, _ condition: () -> Bool) async throws {
        for _ in 0..<2000 {
            if condition() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("nothing came of: \(name)")
    }

    /// The first side's offer, once its relay is in it.
    private func offer(_ transport: PeerTransport) async throws -> String {
        try await transport.perform { peer, _ in peer.addTransceiver(.audio, direction: .sendrecv) }
        for _ in 0..<500 {
            let text = try await transport.perform { peer, now in try peer.setLocalDescription(.offer, at: now) }
            if text.contains("typ relay") { return text }
            _ = try await transport.perform { peer, now in try peer.setLocalDescription(.rollback, at: now) }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("no relayed candidate came")
        return ""
    }

    @Test("a call goes through the relay", arguments: [TURNTransport.udp, .tcp, .tls])
    func call(transport: TURNTransport) async throws {
        let server = try Server()
        try await server.start()
        let uri =
            transport == .tls
            ? "turns:localhost:\(server.tlsPort)" : "turn:127.0.0.1:\(server.port)?transport=\(transport.rawValue)"
        let roots = NIOSSLTrustRoots.file(server.file("certificate.pem"))
        let (ann, bob) = (Side(), Side())
        let first = try await open(ann, uri, roots: roots, isPolite: false)
        let second = try await open(bob, uri, roots: roots, isPolite: true)
        let offer = try await offer(first)
        #expect(!offer.contains("typ host") && offer.contains("raddr 0.0.0.0 rport 0"))
        let answer = try await second.perform { peer, now in
            try peer.setRemoteDescription(.offer, offer, at: now)
            return try peer.setLocalDescription(.answer, at: now)
        }
        try await first.perform { peer, now in try peer.setRemoteDescription(.answer, answer, at: now) }
        // The second side's relay may come after its answer.
        let isConnected = { [ann, bob].allSatisfy { $0.states.withLock { $0.contains(.connected) } } }
        for _ in 0..<2000 where !isConnected() {
            let late = bob.candidates.withLock { candidates in
                defer { candidates = [] }
                return candidates
            }
            for candidate in late {
                try await first.perform { peer, now in try peer.addICECandidate(candidate, at: now) }
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(isConnected())
        for _ in 0..<20 {
            first.post { peer, now in
                peer.sendAudio(
                    mid: "0", payload: [1, 2, 3], sampleCount: 960, captureTime: now, level: 10, voiceActivity: true,
                    at: now)
            }
        }
        try await until("sound arrives") { bob.packets.load(ordering: .relaxed) == 20 }
        let records = try await first.perform { peer, now in peer.statistics(at: now) }
        let local = records.filter { $0.type == "local-candidate" }
        #expect(Set(local.map { $0["relayProtocol"] }) == [.text(transport.rawValue)])
        await first.close()
        await second.close()
    }

    @Test("a wrong password, and a certificate that nobody vouches for, bring no candidate and end gathering")
    func refusals() async throws {
        let server = try Server()
        try await server.start()
        for (uri, password) in [
            ("turn:127.0.0.1:\(server.port)", "wrong"), ("turns:localhost:\(server.tlsPort)", "secret"),
        ] {
            let side = Side()
            let transport = try await open(side, uri, password: password, roots: .default, isPolite: false)
            _ = try await transport.perform { peer, now in
                peer.addTransceiver(.audio, direction: .sendrecv)
                return try peer.setLocalDescription(.offer, at: now)
            }
            for _ in 0..<500 where try await !hasEnded(transport) { try await Task.sleep(for: .milliseconds(20)) }
            let records = try await transport.perform { peer, now in peer.statistics(at: now) }
            #expect(!records.contains { $0.type == "local-candidate" })
            await transport.close()
        }
    }

    /// Whether the description says that no candidate will come.
    private func hasEnded(_ transport: PeerTransport) async throws -> Bool {
        try await transport.perform { peer, now in
            _ = try peer.setLocalDescription(.rollback, at: now)
            return try peer.setLocalDescription(.offer, at: now).contains("a=end-of-candidates")
        }
    }
}
