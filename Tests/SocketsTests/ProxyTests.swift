import NIOSOCKS
import Sockets
import Testing

@Suite("SOCKS5 proxy", .timeLimit(.minutes(1))) struct ProxyTests {
    @Test("a connection goes through the proxy, which looks up the name", arguments: [nil, "ann"] as [String?])
    func through(user: String?) async throws {
        let server = try await SocketServer.listen(port: 0, address: "127.0.0.1")
        let relay = try await TestProxy(user: user.map { ($0, "pass word") }, target: try server.port)
        // The name exists for the proxy alone.
        let client = try await SocketConnection.connect(
            to: "only-known-there.invalid", port: 4321,
            proxy: SocketProxy(host: "127.0.0.1", port: relay.port, user: user, password: "pass word"))
        let accepted = try await server.accept()
        try await client.write("Hello World")
        #expect(try await accepted.readText() == "Hello World")
        try await accepted.write("answer")
        #expect(try await client.readText() == "answer")
        #expect(relay.asked.hosts == [.domain("only-known-there.invalid", port: 4321)])
        #expect(relay.asked.users == (user.map { [$0] } ?? []))
        #expect(client.peer == SocketEndpoint(host: "only-known-there.invalid", port: 4321))
        await client.close()
        await server.closeAll()
        await relay.close()
    }

    @Test("TLS goes through the proxy, checked against the name asked for")
    func security() async throws {
        let files = try Certificates.shared.get()
        let identity = SocketIdentity.pem(certificates: files.file("other.pem"), key: files.file("other.key"))
        let server = try await SocketServer.listen(
            port: 0, address: "127.0.0.1", security: SocketSecurity.Server(identity: identity))
        let relay = try await TestProxy(target: try server.port)
        let proxy = SocketProxy(host: "127.0.0.1", port: relay.port)
        let security = SocketSecurity.Client(roots: .file(files.file("ca.pem")))
        let client = try await SocketConnection.connect(
            to: "elsewhere.example", port: 443, security: security, proxy: proxy)
        try await client.write("secret")
        #expect(try await server.accept().readText() == "secret")
        let wrong = await kind { () async throws(SocketError) in
            try await SocketConnection.connect(to: "wrong.example", port: 443, security: security, proxy: proxy)
        }
        #expect(wrong == .certificate)
        let numeric = await kind { () async throws(SocketError) in
            try await SocketConnection.connect(to: "127.0.0.1", port: 443, security: security, proxy: proxy)
        }
        #expect(numeric == .invalidArgument)
        await client.close()
        await server.closeAll()
        await relay.close()
    }

    @Test("refusals of the proxy say why")
    func refusals() async throws {
        let closed = try await TestProxy(user: ("ann", "right"), target: nil)
        func connect(_ user: String?, _ password: String) async -> SocketError? {
            do {
                _ = try await SocketConnection.connect(
                    to: "example.org", port: 80,
                    proxy: SocketProxy(host: "127.0.0.1", port: closed.port, user: user, password: password))
                return nil
            } catch {
                return error
            }
        }
        for (user, password, part) in [
            (nil, "", "wants a user"), ("ann", "wrong", "refuses the user"), ("ann", "right", "connection refused"),
        ] {
            let error = await connect(user, password)
            #expect(error?.kind == .proxy)
            #expect(error?.detail.contains(part) == true, "\(String(describing: error))")
            #expect(error?.peer == SocketEndpoint(host: "example.org", port: 80))
        }
        await closed.close()
    }

    @Test("a server that is no proxy, or closes at once, is told")
    func noProxy() async throws {
        let server = try await SocketServer.listen(port: 0, address: "127.0.0.1", mode: .raw)
        let proxy = SocketProxy(host: "127.0.0.1", port: try server.port)
        let serving = Task {
            for reply in ["220 mail.example ESMTP\r\n", ""] {
                let client = try await server.accept()
                // Closing with the greeting unread would be a reset, which may overtake the reply.
                _ = try await client.read()
                try await client.write(reply)
                await client.close()
            }
        }
        for expected in [SocketError.Kind.proxy, .closedByPeer] {
            let end = await kind { () async throws(SocketError) in
                try await SocketConnection.connect(to: "example.org", port: 80, proxy: proxy)
            }
            #expect(end == expected)
        }
        try await serving.value
        await server.closeAll()
    }

    @Test("bytes that the server sends right behind the proxy's reply are not lost, split anywhere")
    func earlyBytes() async throws {
        let server = try await SocketServer.listen(
            port: 0, address: "127.0.0.1", mode: .raw, options: SocketOptions(nagle: false))
        let proxy = SocketProxy(host: "127.0.0.1", port: try server.port)
        let serving = Task {
            while let client = try? await server.accept() {
                _ = try? await client.read()
                try? await client.write([5, 0])
                _ = try? await client.read()
                for byte in [5, 0, 0, 3, 2, 65, 66, 1, 2] + Array("8\r\ngreeting".utf8) {
                    try? await client.write([byte])
                }
                _ = try? await client.read()
            }
        }
        for _ in 0..<10 {
            let client = try await SocketConnection.connect(to: "example.org", port: 80, proxy: proxy)
            #expect(try await client.readText() == "greeting")
            await client.close()
        }
        await server.closeAll()
        await serving.value
    }
}
