import Foundation
import Programs

/// The same bytes by other programs.
enum Peers {
    private static let shell = URL(fileURLWithPath: "/bin/sh")

    /// TLS 1.3 as plain as it gets: `openssl s_client` reads the file, `openssl s_server` writes it.
    static func openSSL(_ file: URL, in folder: URL, port: Int) async throws -> Double {
        let (key, certificate) = (folder.path + "/key.pem", folder.path + "/certificate.pem")
        let made = try Program.run(
            Program.system("openssl"),
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj",
                "/CN=bench", "-keyout", key, "-out", certificate,
            ])
        guard made.status == 0 else { throw BenchError(description: made.errors) }
        let target = folder.path + "/by-openssl"
        let server = try RunningProgram(
            shell,
            [
                // With nothing more to read of its own, it would hang up.
                "-c",
                "sleep 600 | openssl s_server -accept \(port) -cert \(certificate) -key \(key) -quiet -naccept 1 >\(target)",
            ])
        try await Task.sleep(for: .milliseconds(500))
        let clock = ContinuousClock.now
        let client = try RunningProgram(
            shell,
            [
                "-c",
                "exec openssl s_client -connect 127.0.0.1:\(port) -quiet -nocommands -no_ign_eof <\(file.path) >/dev/null 2>&1",
            ])
        try await whole(target, like: file)
        let time = (ContinuousClock.now - clock) / .seconds(1)
        client.send(SIGKILL)
        server.send(SIGKILL)
        return time
    }

    /// Nil where no server for `scp` is installed.
    static func secureCopy(_ file: URL, in folder: URL, port: Int) async throws -> Double? {
        guard let program = try? Program.system("sshd") else { return nil }
        for name in ["host", "own"] {
            let made = try Program.run(
                Program.system("ssh-keygen"), ["-q", "-t", "ed25519", "-N", "", "-f", "\(folder.path)/\(name)"])
            guard made.status == 0 else { throw BenchError(description: made.errors) }
        }
        try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        let server = try RunningProgram(
            program,
            [
                "-D", "-e", "-p", "\(port)", "-h", "\(folder.path)/host", "-o", "ListenAddress=127.0.0.1", "-o",
                "AuthorizedKeysFile=\(folder.path)/own.pub", "-o", "StrictModes=no", "-o", "PidFile=none", "-o",
                "UsePAM=no", "-o", "Subsystem=sftp internal-sftp", "-f", "/dev/null",
            ])
        defer { server.send(SIGKILL) }
        try await Task.sleep(for: .milliseconds(500))
        let clock = ContinuousClock.now
        let copied = try RunningProgram(
            Program.system("scp"),
            [
                "-q", "-P", "\(port)", "-i", "\(folder.path)/own", "-o", "StrictHostKeyChecking=no", "-o",
                "UserKnownHostsFile=/dev/null", file.path, "127.0.0.1:\(folder.path)/by-scp",
            ])
        let status = try await copied.waitForEnd(within: .seconds(600))
        guard status == 0 else { throw BenchError(description: "scp: \(copied.complained) \(server.complained)") }
        return (ContinuousClock.now - clock) / .seconds(1)
    }

    private static func whole(_ path: String, like file: URL) async throws {
        let size = try size(file.path)
        let end = ContinuousClock.now + .seconds(600)
        while try size > (FileManager.default.fileExists(atPath: path) ? Self.size(path) : 0) {
            guard ContinuousClock.now < end else { throw BenchError(description: "openssl did not come to an end") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private static func size(_ path: String) throws -> Int {
        (try FileManager.default.attributesOfItem(atPath: path))[.size] as? Int ?? 0
    }
}
