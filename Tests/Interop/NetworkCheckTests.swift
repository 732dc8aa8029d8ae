import Foundation
import Instances
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Programs
import RTC
import Testing
import Transport
import Wire

/// What a network check finds with coturn on two loopback addresses, which therefore knows RFC 5780.
@Suite("A network check with coturn", .serialized, .enabled(if: Coturn.isInstalled)) struct NetworkCheckTests {
    private final class Server {
        let port = UInt16.random(in: 20_000..<30_000)
        var tlsPort: UInt16 { port + 2 }
        let folder: TemporaryFolder
        private let process: RunningProgram

        init() async throws {
            folder = try TemporaryFolder()
            let file = { [folder] (name: String) in folder.url.appendingPathComponent(name).path }
            let made = try Program.run(
                Program.system("openssl"),
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", file("key.pem"),
                    "-out", file("certificate.pem"),
                ])
            try #require(made.status == 0, "\(made.errors)")
            process = try RunningProgram(
                Program.system("turnserver"),
                [
                    "-n", "--no-cli", "--listening-ip=127.0.0.1", "--listening-ip=127.0.0.2", "--relay-ip=127.0.0.1",
                    "--listening-port=\(port)", "--tls-listening-port=\(port + 2)", "--lt-cred-mech",
                    "--user=ann:secret", "--realm=example.org", "--no-dtls", "--cert=\(file("certificate.pem"))",
                    "--pkey=\(file("key.pem"))", "--userdb=\(file("users"))", "--pidfile=\(file("pid"))",
                    "--log-file=stdout",
                ])
            for _ in 0..<600 {
                let connecting = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(
                    host: "127.0.0.1", port: Int(tlsPort))
                if let channel = try? await connecting.get() {
                    try await channel.close()
                    return
                }
                try await Task.sleep(for: .milliseconds(50))
            }
            Issue.record("coturn does not listen: \(process.printed)")
        }
    }

    private let loop = MultiThreadedEventLoopGroup.singleton.next()

    private func logIn(
        _ uri: String, password: String = "secret", roots: NIOSSLTrustRoots = .default
    ) async throws -> TURNProbe.Report {
        try await TURNProbe.run(
            .init(uri: uri, user: "ann", password: password), network: NetworkConfiguration(),
            options: TransportOptions(trustRoots: roots), on: loop, logger: Logger(label: "test"))
    }

    @Test("The server tells how addresses are translated and filtered: on this machine not at all")
    func behaviour() async throws {
        let server = try await Server()
        let report = try await STUNProbe.run(
            ICEServerURI(parsing: "stun:127.0.0.1:\(server.port)"), network: NetworkConfiguration(), on: loop)
        #expect(report.mapped?.ip == .v4(0x7F00_0001) && report.isTranslated == false)
        #expect(report.filtering == .endpointIndependent && report.roundTrip != nil)
    }

    @Test("A login works over each transport, and what is wrong is told apart")
    func logins() async throws {
        let server = try await Server()
        let roots = NIOSSLTrustRoots.file(server.folder.url.appendingPathComponent("certificate.pem").path)
        for uri in [
            "turn:127.0.0.1:\(server.port)?transport=udp", "turn:127.0.0.1:\(server.port)?transport=tcp",
            "turns:localhost:\(server.tlsPort)",
        ] {
            #expect(try await logIn(uri, roots: roots).relayed.ip == .v4(0x7F00_0001), "\(uri)")
            await #expect(throws: ProbeFailure.unauthorized, "\(uri)") {
                try await logIn(uri, password: "wrong", roots: roots)
            }
        }
        await #expect(throws: ProbeFailure.certificate, "nobody vouches for it") {
            try await logIn("turns:localhost:\(server.tlsPort)")
        }
        await #expect(throws: ProbeFailure.certificate, "for another name") {
            try await logIn("turns:127.0.0.1:\(server.tlsPort)", roots: roots)
        }
        await #expect(throws: ProbeFailure.refused) { try await logIn("turn:127.0.0.1:1?transport=tcp") }
        await #expect(throws: ProbeFailure.unknownHost) { try await logIn("turn:nowhere.invalid") }
    }

    @Test("causeriectl check says what works and what does not, and fails when something does not")
    func checked() async throws {
        let server = try await Server()
        let bus = try await PrivateBus.start()
        let media = ["--camera", "none", "--microphone", "none", "--speaker", "none"]
        let instance = try await HeadlessInstance.start("check", on: bus, options: media)
        let turn = "turn:127.0.0.1:\(server.port)?transport=tcp"
        try instance.must("configure", "stun:127.0.0.1:\(server.port)", turn, "--user", "ann", "--password", "secret")
        let good = try instance.control("check", "--json")
        let states = try Self.states(good.output)
        #expect(states["stun:127.0.0.1:\(server.port)"] == "ok" && states[turn] == "ok", "\(good.output)")
        #expect(states["firewall"] != nil && states.keys.contains { $0.hasPrefix("nat ") })
        for (id, state) in states where id.hasPrefix("calls ") { #expect(state == "ok", "\(id)") }

        try instance.must("configure", "--add", turn, "--user", "ann", "--password", "wrong")
        let bad = try instance.control("check")
        #expect(bad.status == 1 && bad.output.contains("The server refuses this user or this password."))
        #expect(!bad.output.contains("wrong") && bad.errors.contains("Not everything works."))
        try instance.must("configure", "--interfaces", "nosuch0", "--media-ports", "50000-50100")
        #expect(try instance.control("check", "--json").output.contains("interface nosuch0"))
        let shown = try instance.control("configure").output
        #expect(shown.contains("nosuch0") && shown.contains("50000-50100"))
        #expect(try instance.control("configure", "--media-ports", "9-8").status == 2)
        withExtendedLifetime(server) {}
    }

    private static func states(_ json: String) throws -> [String: String] {
        let findings = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: String]] ?? []
        return Dictionary(findings.map { ($0["id"] ?? "", $0["state"] ?? "") }) { first, _ in first }
    }
}
