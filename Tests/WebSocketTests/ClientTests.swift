import Foundation
import NIOCore
import Programs
import Testing

@testable import Sockets

@Suite("WebSocket client", .timeLimit(.minutes(2))) struct ClientTests {
    private static func kind<Value>(_ action: () async throws -> Value) async -> SocketError.Kind? {
        do {
            _ = try await action()
            return nil
        } catch { return (error as? SocketError)?.kind }
    }

    /// A client and the raw socket at the other end of it.
    private static func pair(
        _ options: WebSocketOptions = WebSocketOptions(compression: nil)
    ) async throws -> (client: WebSocketClient, peer: RawPeer, close: @Sendable () async -> Void) {
        let (port, clients, listening) = try await RawPeer.listen()
        let url = try WebSocketURL("ws://127.0.0.1:\(port)/")
        async let opening = WebSocketClient.connect(to: url, WebSocketClient.Configuration(options: options))
        let peer = try #require(try await clients.next())
        let (head, _) = try await peer.head()
        peer.write(try ServerHandshake().answer(HTTPRequest(head)).head.text)
        let client = try await opening
        return (
            client, peer,
            {
                await peer.close()
                try? await listening.close().get()
            }
        )
    }

    @Test("connecting can be cancelled, and has its time")
    func connecting() async throws {
        let (port, clients, listening) = try await RawPeer.listen()
        let url = try WebSocketURL("ws://127.0.0.1:\(port)/")
        let attempt = Task { try await WebSocketClient.connect(to: url) }
        let peer = try #require(try await clients.next())
        _ = try await peer.head()
        attempt.cancel()
        #expect(await Self.kind { try await attempt.value } == .cancelled)
        // Nothing is left open.
        while try await peer.next() != nil {}
        let hasty = WebSocketOptions(timing: WebSocketTiming(handshake: .milliseconds(50)))
        #expect(
            await Self.kind {
                try await WebSocketClient.connect(to: url, WebSocketClient.Configuration(options: hasty))
            } == .timedOut)
        try await listening.close()
    }

    @Test("waiting for a message can be cancelled, and nothing is lost by it")
    func receiving() async throws {
        let (client, peer, close) = try await Self.pair()
        let waiting = Task { try await client.receive() }
        waiting.cancel()
        #expect(await Self.kind { try await waiting.value } == .cancelled)
        peer.write(RawFrame.text("a").bytes(isMasked: false))
        #expect(try await client.receive() == .text("a"))
        await peer.close()
        #expect(await Self.kind { try await client.receive() } == .linkBroken)
        #expect(client.closure?.code == .abnormal)
        #expect(await Self.kind { try await client.send(.text("late")) } == .closedLocally)
        await close()
    }

    @Test("a server that does not read holds up its sender, who may stop waiting")
    func sending() async throws {
        var options = WebSocketOptions(compression: nil)
        options.limits.sendQueue = 64 << 20
        let (client, peer, close) = try await Self.pair(options)
        try await peer.channel.setOption(.autoRead, value: false).get()
        let sender = Task {
            while true { try await client.send(.binary([UInt8](repeating: 0, count: 1 << 20))) }
        }
        try await Task.sleep(for: .milliseconds(300))
        sender.cancel()
        #expect(await Self.kind { try await sender.value } == .cancelled)
        await close()
    }

    @Test("events come in order")
    func events() async throws {
        let server = WebSocketServer.onLoopback()
        server.add(Echo(), at: "/")
        try await server.start()
        let log = WebSocketInbox<String>(limit: .max)
        let task = try WebSocketClient.open(server.url("/")) { event in
            switch event {
            case .opening(let client):
                log.put("opening", size: 1)
                client.post(.text("a"))
                client.post(.binary([1]))
            case .message(let message): log.put("message \(message)", size: 1)
            case .closing(let closure): log.put("closing \(closure.code)", size: 1)
            case .error(let error): log.put("error \(error.kind)", size: 1)
            }
        }
        #expect(try await log.next() == "opening")
        #expect(try await log.next() == #"message text("a")"#)
        #expect(try await log.next() == "message binary([1])")
        await server.stop()
        #expect(try await log.next() == "closing 1001")
        await task.value
        try await WebSocketClient.open(WebSocketURL("ws://127.0.0.1:1/")) { event in
            if case .error(let error) = event { log.put("error \(error.kind)", size: 1) }
        }.value
        #expect(try await log.next() == "error refused")
    }

    @Test("pings are answered; who does not answer is given up")
    func keepAlive() async throws {
        let server = WebSocketServer.onLoopback()
        server.add(Echo(), at: "/")
        try await server.start()
        let good = try await WebSocketClient.connect(to: server.url("/"))
        #expect(try await good.ping() >= .zero)
        await good.close()
        await server.stop()
        let timing = WebSocketTiming(keepAlive: .milliseconds(100))
        let (client, peer, close) = try await Self.pair(WebSocketOptions(timing: timing, compression: nil))
        #expect(await Self.kind { try await client.receive() } == .linkBroken)
        #expect(client.closure?.reason.hasPrefix("no sign") == true)
        // A masked, empty ping.
        let bytes = try #require(try await peer.next())
        #expect(Array(buffer: bytes).prefix(2) == [0x89, 0x80])
        await close()
    }

    @Test("a refusal says what the server said")
    func refusal() async throws {
        let server = WebSocketServer.onLoopback()
        try await server.start()
        do {
            _ = try await WebSocketClient.connect(to: server.url("/nothing"))
            Issue.record("connected")
        } catch {
            #expect((error as? SocketError)?.kind == .protocolViolation)
            #expect("\(error)".contains("404 Not Found"))
        }
        await server.stop()
    }

    @Test("through a SOCKS5 proxy, which looks up the name")
    func proxy() async throws {
        let (port, clients, listening) = try await RawPeer.listen()
        let configuration = WebSocketClient.Configuration(
            headers: [HTTPHead.Field("Origin", "http://here")], proxy: SocketProxy(host: "127.0.0.1", port: port))
        async let opening = WebSocketClient.connect(to: WebSocketURL("ws://far.invalid:99/x"), configuration)
        let peer = try #require(try await clients.next())
        #expect(try await peer.next().map { Array(buffer: $0) } == [5, 1, 0])
        peer.write([5, 0])
        let asked = try #require(try await peer.next())
        #expect(Array(buffer: asked) == [5, 1, 0, 3, 11] + Array("far.invalid".utf8) + [0, 99])
        peer.write([5, 0, 0, 1, 127, 0, 0, 1, 0, 99])
        let (head, _) = try await peer.head()
        #expect(head.value("host") == "far.invalid:99")
        #expect(head.value("origin") == "http://here")
        peer.write(try ServerHandshake().answer(HTTPRequest(head)).head.text)
        let client = try await opening
        peer.write(RawFrame.text("a").bytes(isMasked: false))
        #expect(try await client.receive() == .text("a"))
        await peer.close()
        try await listening.close()
    }

    @Test("TLS, and a certificate that is changed while the server runs")
    func security() async throws {
        let folder = try TemporaryFolder()
        let path = folder.url.path
        func issue(_ name: String) throws {
            let outcome = try Program.run(
                Program.system("openssl"),
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", "\(path)/key.pem",
                    "-out", "\(path)/\(name).pem",
                ])
            try #require(outcome.status == 0, "\(outcome.errors)")
        }
        try issue("certificate")
        let identity = SocketIdentity.pem(certificates: "\(path)/certificate.pem", key: "\(path)/key.pem")
        let server = WebSocketServer.onLoopback(security: SocketSecurity.Server(identity: identity))
        server.add(Echo(), at: "/")
        try await server.start()
        let url = try WebSocketURL("wss://localhost:\(server.port ?? 0)/")
        let trust = WebSocketClient.Configuration(
            security: SocketSecurity.Client(roots: .file("\(path)/certificate.pem")))
        let client = try await WebSocketClient.connect(to: url, trust)
        try await client.send(.text("secret"))
        #expect(try await client.receive() == .text("secret"))
        #expect(await Self.kind { try await WebSocketClient.connect(to: url) } == .certificate)
        try issue("certificate")
        #expect(await Self.kind { try await WebSocketClient.connect(to: url, trust) } == .certificate)
        try await server.reloadSecurity()
        let second = try await WebSocketClient.connect(to: url, trust)
        await second.close()
        #expect(second.closure?.isClean == true)
        // Who was there before is not disturbed.
        try await client.send(.text("still"))
        #expect(try await client.receive() == .text("still"))
        await client.close()
        await server.stop()
    }
}
