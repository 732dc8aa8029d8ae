import Foundation
import Instances
import Programs

/// What stands on the Internet for both: STUN and TURN, and the rendezvous server that calls are made through.
final class InternetServer {
    static let (user, password) = ("ann", "secret")
    static let port = 29173

    let relay: RelayServer
    private let folder: TemporaryFolder
    private let rendezvous: RunningProgram

    init(in homes: TwoHomes) async throws {
        let host = TwoHomes.serverAddress
        let folder = try TemporaryFolder()
        let file = { (name: String) in folder.url.appendingPathComponent(name).path }
        let outcome = try Program.run(
            Program.system("openssl"),
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=\(host)", "-addext", "subjectAltName=IP:\(host)", "-keyout", file("key.pem"), "-out",
                file("certificate.pem"),
            ])
        guard outcome.status == 0 else { throw HeadlessInstance.NotStarted(errors: outcome.errors) }
        let words = try homes.serverWords
        self.folder = folder
        relay = try RelayServer(
            .named(Self.user, password: Self.password), at: host, port: 3478, through: words)
        let line =
            words + [
                try Program.built("causerie-server").path, "--address", host, "--port", "\(Self.port)", "--service",
                "signal", "--certificate", file("certificate.pem"), "--key", file("key.pem"), "--token-file",
                file("token"),
            ]
        rendezvous = try RunningProgram(URL(fileURLWithPath: line[0]), Array(line.dropFirst()))
        for _ in 0..<1500 where rendezvous.isRunning && !rendezvous.complained.contains("wss://") {
            try await Task.sleep(for: .milliseconds(20))
        }
        guard rendezvous.isRunning else { throw HeadlessInstance.NotStarted(errors: rendezvous.complained) }
    }

    /// What stands before a program to run it in a home whose system trusts this server.
    func trusting(in home: TwoHomes.Home, of homes: TwoHomes) throws -> [String] {
        let certificate = folder.url.appendingPathComponent("certificate.pem").path
        let mount = "mount --bind \"$0\" /etc/ssl/certs/ca-certificates.crt && exec \"$@\""
        return try homes.words(in: home) + [
            Program.system("unshare").path, "--mount", "/bin/sh", "-c", mount, certificate,
        ]
    }
}
