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
        try await until { relay.complained.contains("forwarding to") || !relay.isRunning }
        let words = relay.complained.split { !$0.isNumber }.compactMap { Int($0) }
        let port = try #require(words.dropFirst(4).first, "\(relay.complained)")
        let client = try await SocketConnection.connect(to: "127.0.0.1", port: port)
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
