import Foundation
import Instances
import Programs
import Testing

/// Who reaches whom, through which routers, and how: two instances in homes of their own, with coturn on the Internet.
@Suite(
    "A laboratory of routers", .serialized,
    .enabled(if: NetworkLaboratory.isPossible && Coturn.isInstalled, "it takes root, nft and coturn"))
struct NATLaboratoryTests {
    /// Servers that both sides know.
    enum Help: String, Sendable {
        case nothing, stun, udp, tcp, tls

        var uri: String? {
            let host = NetworkLaboratory.serverAddress
            return switch self {
            case .nothing: nil
            case .stun: "stun:\(host):3478"
            case .udp: "turn:\(host):3478?transport=udp"
            case .tcp: "turn:\(host):3478?transport=tcp"
            case .tls: "turns:\(host):5349?transport=tcp"
            }
        }
    }

    struct Case: Sendable, CustomStringConvertible {
        var ann: NetworkLaboratory.Router
        var bob: NetworkLaboratory.Router
        var help: Help
        /// What the selected pair must be made of: `relay` on either side, or no relay on any; nil when there is no way.
        var isRelayed: Bool?

        var description: String { "\(ann) to \(bob), \(help)" }
    }

    private static let cases: [Case] = [
        Case(ann: .none, bob: .none, help: .nothing, isRelayed: false),
        Case(ann: .portRestricted, bob: .none, help: .nothing, isRelayed: false),
        Case(ann: .symmetric, bob: .none, help: .nothing, isRelayed: false),
        Case(ann: .portRestricted, bob: .portRestricted, help: .stun, isRelayed: false),
        Case(ann: .portRestricted, bob: .portRestricted, help: .udp, isRelayed: false),
        Case(ann: .symmetric, bob: .fullCone, help: .stun, isRelayed: false),
        Case(ann: .symmetric, bob: .addressRestricted, help: .stun, isRelayed: false),
        Case(ann: .symmetric, bob: .portRestricted, help: .udp, isRelayed: true),
        Case(ann: .symmetric, bob: .symmetric, help: .stun, isRelayed: nil),
        Case(ann: .symmetric, bob: .symmetric, help: .udp, isRelayed: true),
        Case(ann: .symmetric, bob: .symmetric, help: .tcp, isRelayed: true),
        Case(ann: .symmetric, bob: .symmetric, help: .tls, isRelayed: true),
        Case(ann: .withoutUDP, bob: .portRestricted, help: .tcp, isRelayed: true),
        Case(ann: .withoutUDP, bob: .withoutUDP, help: .tls, isRelayed: true),
    ]

    private static let table = ConnectionTable()

    @Test("A call finds the way there is, and says when there is none", arguments: cases)
    func call(_ one: Case) async throws {
        defer { if one.description == Self.cases.last?.description { Self.table.show() } }
        let laboratory = try NetworkLaboratory()
        try laboratory.connect(.ann, by: one.ann)
        try laboratory.connect(.bob, by: one.bob)
        let server = try await LaboratoryServer.start(in: laboratory)
        let bus = try await PrivateBus.start()
        let media = ["--camera", "test-pattern:320x240@15", "--microphone", "test-tone", "--speaker", "none"]
        let ann = try await HeadlessInstance.start(
            "ann", on: bus, options: media, through: server.trusting(on: .ann))
        let bob = try await HeadlessInstance.start(
            "bob", on: bus, options: media + ["--auto-accept"], through: server.trusting(on: .bob))
        if one.bob != .none { try laboratory.forward(port: bob.port, to: .bob) }
        if let uri = one.help.uri {
            for side in [ann, bob] {
                if one.help == .stun {
                    try side.must("configure", uri)
                } else {
                    try side.must("configure", uri, "--user", "ann", "--password", "secret")
                }
            }
        }
        let address = "\(NetworkLaboratory.Home.bob.outerAddress):\(bob.port)"
        guard let isRelayed = one.isRelayed else {
            try ann.must("set", "main", "timeout", "6")
            let outcome = try ann.control("connect", "main", address, "--wait")
            #expect(outcome.status == 1)
            for side in [ann, bob] { try await side.wait(for: "state", "ended") }
            // Whichever side gives up first says why, so that nobody reads that a person has hung up.
            for side in [ann, bob] { #expect(try side.get("endReason") == "media-failed", "\(outcome.errors)") }
            Self.table.add(one, ways: nil, setupTime: nil)
            return
        }
        try ann.must("connect", "main", address, "--wait")
        for side in [ann, bob] {
            try await side.waitForStatistics("pictures and sound") { $0.framesDecoded >= 5 && $0.audioEnergy > 0 }
        }
        let ways = try [ann, bob].map { try way($0.control("info", "main", "--json").output) }
        #expect(ways.contains { $0.contains("relay") } == isRelayed, "\(ways)")
        Self.table.add(one, ways: ways, setupTime: try ann.statistics().setupTime)
        withExtendedLifetime(server) {}
    }

    private func way(_ json: String) throws -> String {
        let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        let types = ["localCandidate", "remoteCandidate"].map {
            (object?[$0] as? [String: Any])?["type"] as? String ?? "?"
        }
        return types.joined(separator: "-")
    }
}

/// coturn on the laboratory's Internet: STUN and TURN over UDP, TCP and TLS.
private final class LaboratoryServer {
    private let folder: TemporaryFolder
    private let laboratory: NetworkLaboratory
    private let process: RunningProgram

    static func start(in laboratory: NetworkLaboratory) async throws -> LaboratoryServer {
        let folder = try TemporaryFolder()
        let file = { (name: String) in folder.url.appendingPathComponent(name).path }
        let host = NetworkLaboratory.serverAddress
        let outcome = try Program.run(
            Program.system("openssl"),
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=\(host)", "-addext", "subjectAltName=IP:\(host)", "-keyout", file("key.pem"), "-out",
                file("certificate.pem"),
            ])
        try #require(outcome.status == 0, "\(outcome.errors)")
        let words = try laboratory.words(on: "wan")
        let process = try RunningProgram(
            URL(fileURLWithPath: words[0]),
            Array(words.dropFirst()) + [
                Program.system("turnserver").path, "-n", "--no-cli", "--listening-ip=\(host)", "--relay-ip=\(host)",
                "--lt-cred-mech", "--user=ann:secret", "--realm=example.org", "--no-dtls",
                "--cert=\(file("certificate.pem"))", "--pkey=\(file("key.pem"))", "--userdb=\(file("users"))",
                "--pidfile=\(file("pid"))", "--log-file=stdout",
            ])
        for _ in 0..<600 {
            if try laboratory.isListening(on: "wan", port: 5349) {
                return LaboratoryServer(folder: folder, laboratory: laboratory, process: process)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw NetworkLaboratory.Failed(command: "turnserver", errors: process.printed)
    }

    private init(folder: TemporaryFolder, laboratory: NetworkLaboratory, process: RunningProgram) {
        self.folder = folder
        self.laboratory = laboratory
        self.process = process
    }

    /// What stands before a program to run it in a home whose system trusts this server.
    func trusting(on home: NetworkLaboratory.Home) throws -> [String] {
        let certificate = folder.url.appendingPathComponent("certificate.pem").path
        // A namespace of the network has its own mounts, which go with the program.
        let mount = "mount --bind \"$0\" /etc/ssl/certs/ca-certificates.crt && exec \"$@\""
        return try laboratory.words(on: home.rawValue) + ["/bin/sh", "-c", mount, certificate]
    }
}
