import Foundation
import Programs
import Sockets
import Testing

@Suite("causerie-trace", .timeLimit(.minutes(1))) struct TraceProgramTests {
    private let program: URL

    init() throws { program = try Program.built("causerie-trace") }

    @Test("the program relays, logs JSON lines and writes a capture, until it is asked to end")
    func relay() async throws {
        let folder = try TemporaryFolder()
        let capture = folder.url.appendingPathComponent("trace.pcapng")
        let server = try await SocketServer.listen(port: 0, address: "127.0.0.1")
        let relay = try RunningProgram(
            program,
            [
                "--listen", "0", "--address", "127.0.0.1", "--to", "127.0.0.1:\(try server.port)", "--log", "json",
                "--pcapng", capture.path,
            ])
        defer { relay.send(SIGKILL) }
        let client = try await SocketConnection.connect(to: "127.0.0.1", port: try await port(of: relay))
        try await client.write("Hello World")
        #expect(try await server.accept().readText() == "Hello World")
        relay.send(SIGINT)
        #expect(try await relay.waitForEnd() == 0)
        let events = try relay.printed.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(events.compactMap { $0["event"] as? String }.prefix(3) == ["requested", "connected", "data"])
        #expect(events.last?["event"] as? String == "closed")
        #expect(events.last?["toServer"] as? Int == 15)
        #expect(try Data(contentsOf: capture).starts(with: [0x0A, 0x0D, 0x0D, 0x0A]))
        await server.closeAll()
    }

    @Test(
        "wrong usage is told",
        arguments: [
            ["--listen", "0"], ["--listen", "70000", "--to", "a:1"], ["--listen", "0", "--to", "a"],
            ["--listen", "0", "--to", "a:0"], ["--listen", "0", "--to", "::1:80"],
            ["--listen", "0", "--to", "a:1", "--udp", "--tls-connect"],
            ["--listen", "0", "--to", "a:1", "--tls-insecure"], ["--listen", "0", "--to", "a:1", "--log", "xml"],
            ["--listen", "0", "--to", "a:1", "--tls-client-certificate", "x.pem"],
            ["--listen", "0", "--to", "a:1", "--tls-connect", "--tls-client-key", "x.key"],
        ])
    func usage(arguments: [String]) throws {
        let outcome = try Program.run(program, arguments)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("Error"))
    }

    @Test("every option is in the manual page")
    func manual() throws {
        let help = try Program.run(program, ["--help"])
        #expect(help.status == 0)
        let options = Set(help.output.matches(of: /--[a-z][a-z-]+/).map { String($0.output) })
        #expect(options.count > 8)
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let page = try String(contentsOf: root.appending(path: "data/man/causerie-trace.1"), encoding: .utf8)
            .replacing("\\-", with: "-")
        for option in options { #expect(page.contains("\(option) ") || page.contains("\(option)\n"), "\(option)") }
    }

    @Test("a server that asks for a certificate gets the one given; a file that is none is told at once")
    func clientCertificate() async throws {
        let files = try Certificates.shared.get()
        let security = SocketSecurity.Server(
            identity: .pem(certificates: files.file("server.pem"), key: files.file("server.key")),
            clientRoots: .file(files.file("ca.pem")))
        let server = try await SocketServer.listen(port: 0, address: "127.0.0.1", security: security)
        let common = [
            "--listen", "0", "--address", "127.0.0.1", "--to", "localhost:\(try server.port)", "--tls-connect",
            "--tls-authorities", files.file("ca.pem"), "--tls-client-certificate",
        ]
        let relay = try RunningProgram(
            program, common + [files.file("client.pem"), "--tls-client-key", files.file("client.key")])
        defer { relay.send(SIGKILL) }
        let client = try await SocketConnection.connect(to: "127.0.0.1", port: try await port(of: relay))
        try await client.write("Hello World")
        #expect(try await server.accept().readText() == "Hello World")
        relay.send(SIGINT)
        #expect(try await relay.waitForEnd() == 0)
        let wrong = try Program.run(program, common + [files.file("ca.key")])
        #expect(wrong.status == 1)
        #expect(wrong.errors.contains("ca.key"))
        await server.closeAll()
    }

    @Test("a full disk is told once, ends that log alone, and the relay goes on within its memory")
    func fullDisk() async throws {
        let folder = try TemporaryFolder()
        let server = try await SocketServer.listen(port: 0, address: "127.0.0.1", mode: .raw)
        // A file may have 64 KiB: as a full disk, the limit is an error of a write.
        let command = """
            ulimit -f 128; exec '\(program.path)' --listen 0 --address 127.0.0.1 --to 127.0.0.1:\(try server.port) \
            --log none --pcapng '\(folder.url.path)/trace.pcapng'
            """
        let relay = try RunningProgram(URL(fileURLWithPath: "/bin/sh"), ["-c", command])
        defer { relay.send(SIGKILL) }
        let client = try await SocketConnection.connect(
            to: "127.0.0.1", port: try await port(of: relay), mode: .raw)
        let accepted = try await server.accept()
        let reading = Task {
            var count = 0
            while let bytes = try? await accepted.read(maximum: 65_536) { count += bytes.count }
            return count
        }
        let piece = [UInt8](repeating: 0x41, count: 1 << 20)
        for _ in 0..<4 { try await client.write(piece) }
        // What the relay holds of 32 MiB more is no more than before.
        let before = try Self.residentKilobytes(of: relay)
        for _ in 0..<32 { try await client.write(piece) }
        #expect(try Self.residentKilobytes(of: relay) < before + 16_384)
        try await client.finishWriting()
        #expect(await reading.value == 36 << 20)
        relay.send(SIGINT)
        #expect(try await relay.waitForEnd() == 1)
        let told = relay.complained.components(separatedBy: "cannot write to").dropFirst()
        #expect(told.count == 1)
        #expect(told.first?.contains("trace.pcapng: File too large") == true)
        await server.closeAll()
    }

    /// The port that a relay says it listens on.
    private func port(of relay: RunningProgram) async throws -> Int {
        try await until { relay.complained.contains("forwarding to") || !relay.isRunning }
        let words = relay.complained.split { !$0.isNumber }.compactMap { Int($0) }
        return try #require(words.dropFirst(4).first, "\(relay.complained)")
    }

    private static func residentKilobytes(of relay: RunningProgram) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(relay.processIdentifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return try #require(line?.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    }

    @Test("a port that is taken ends the program with the cause")
    func taken() async throws {
        let server = try await SocketServer.listen(port: 0, address: "127.0.0.1")
        let port = try server.port
        let outcome = try Program.run(
            program, ["--listen", "\(port)", "--address", "127.0.0.1", "--to", "127.0.0.1:1"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("Address already in use"))
        await server.closeAll()
    }
}
