import Foundation
import Programs
import Sockets
import Testing

/// Dante's `danted`, the SOCKS server of others, as the proxy.
@Suite("SOCKS5 through Dante", .timeLimit(.minutes(2))) struct ProxyProgramTests {
    private static let program = URL(fileURLWithPath: "/usr/sbin/danted")

    /// Starts it on a free port of the loopback; nil where it is not installed.
    private func proxy(in folder: TemporaryFolder, rules: String) async throws -> (RunningProgram, SocketProxy)? {
        guard FileManager.default.isExecutableFile(atPath: Self.program.path) else { return nil }
        // Freed at once: somebody else may get it first, which the program then says.
        let place = try await SocketServer.listen(port: 0, address: "127.0.0.1")
        let port = try place.port
        await place.close()
        let configuration = """
            logoutput: stderr
            internal: 127.0.0.1 port = \(port)
            external: 127.0.0.1
            clientmethod: none
            socksmethod: none
            user.privileged: \(NSUserName())
            user.unprivileged: \(NSUserName())
            client pass { from: 127.0.0.1/32 to: 0.0.0.0/0 }
            \(rules)
            """
        let file = try folder.write(configuration, to: "danted.conf")
        let running = try RunningProgram(Self.program, ["-f", file.path, "-p", folder.url.path + "/pid"])
        for _ in 0..<600 where running.isRunning {
            if let client = try? await SocketConnection.connect(to: "127.0.0.1", port: port) {
                await client.close()
                break
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(running.isRunning, "\(running.complained)")
        return (running, SocketProxy(host: "127.0.0.1", port: port))
    }

    @Test("TCP, TLS and WebSocket go through it, by address and by name")
    func through() async throws {
        let folder = try TemporaryFolder()
        guard
            let (program, proxy) = try await proxy(
                in: folder, rules: "socks pass { from: 127.0.0.1/32 to: 0.0.0.0/0 protocol: tcp }")
        else { return }
        defer { program.send(SIGKILL) }
        for host in ["127.0.0.1", "localhost"] {
            let server = try await SocketServer.listen(port: 0, address: "127.0.0.1")
            let client = try await SocketConnection.connect(to: host, port: try server.port, proxy: proxy)
            let accepted = try await server.accept()
            try await client.write("Hello World")
            #expect(try await accepted.readText() == "Hello World")
            try await accepted.write(String(repeating: "answer", count: 50_000))
            #expect(try await client.readText().count == 300_000)
            await client.close()
            await server.closeAll()
        }
        let files = try Certificates.shared.get()
        let identity = SocketIdentity.pem(certificates: files.file("server.pem"), key: files.file("server.key"))
        let secure = try await SocketServer.listen(
            port: 0, address: "127.0.0.1", security: SocketSecurity.Server(identity: identity))
        let client = try await SocketConnection.connect(
            to: "localhost", port: try secure.port,
            security: SocketSecurity.Client(roots: .file(files.file("ca.pem"))), proxy: proxy)
        try await client.write("secret")
        #expect(try await secure.accept().readText() == "secret")
        await client.close()
        await secure.closeAll()

        let service = WebSocketServer(
            WebSocketServer.Configuration(address: SocketEndpoint(host: "127.0.0.1", port: 0)))
        service.add(Mirror(), at: "/")
        try await service.start()
        let webSocket = try await WebSocketClient.connect(
            to: WebSocketURL("ws://localhost:\(service.port ?? 0)/"), WebSocketClient.Configuration(proxy: proxy))
        try await webSocket.send(.text("through"))
        #expect(try await webSocket.receive() == .text("through"))
        await webSocket.close()
        await service.stop()
    }

    @Test("what it does not allow, and where nobody listens, is told")
    func refused() async throws {
        let folder = try TemporaryFolder()
        let closed = try await SocketServer.listen(port: 0, address: "127.0.0.1")
        let port = try closed.port
        await closed.close()
        let rules = """
            socks block { from: 127.0.0.1/32 to: 127.0.0.1/32 port = 9 }
            socks pass { from: 127.0.0.1/32 to: 0.0.0.0/0 protocol: tcp }
            """
        guard let (program, proxy) = try await proxy(in: folder, rules: rules) else { return }
        defer { program.send(SIGKILL) }
        for target in [9, port] {
            let problem = await kind { () async throws(SocketError) in
                try await SocketConnection.connect(to: "127.0.0.1", port: target, proxy: proxy)
            }
            #expect(problem == (target == 9 ? .proxy : .refused) || problem == .proxy)
        }
    }
}

private struct Mirror: WebSocketService {
    func received(_ message: WebSocketMessage, from client: Client, _ session: inout Void, host: ServiceHost) async {
        client.send(message)
    }
}
