import Programs
import Sockets
import Testing

@Suite("TLS", .timeLimit(.minutes(2))) struct SecurityTests {
    private let files: Certificates

    init() throws { files = try Certificates.shared.get() }

    private func server(_ name: String = "server") -> SocketSecurity.Server {
        SocketSecurity.Server(identity: .pem(certificates: files.file("\(name).pem"), key: files.file("\(name).key")))
    }

    private var client: SocketSecurity.Client { SocketSecurity.Client(roots: .file(files.file("ca.pem"))) }

    @Test("messages go both ways under TLS 1.2 and 1.3", arguments: [.tls12, .tls13] as [SocketSecurity.Version])
    func bothWays(version: SocketSecurity.Version) async throws {
        var secured = client
        secured.versions = [version]
        let pair = try await Pair(server: server(), client: secured)
        try await pair.client.write("Hello World")
        #expect(try await pair.accepted.readText() == "Hello World")
        let long = String(repeating: "0123456789", count: 100_000)
        async let written: Void = pair.accepted.write(long)
        #expect(try await pair.client.readText() == long)
        try await written
        await pair.client.close()
        #expect(await kind { () async throws(SocketError) in try await pair.accepted.read() } == .closedByPeer)
        await pair.close()
    }

    @Test("PKCS#12 files and keys with a password serve as well")
    func otherFiles() async throws {
        for identity in [
            SocketIdentity.pkcs12(files.file("server.p12"), password: "secret"),
            .pem(certificates: files.file("server.pem"), key: files.file("locked.key"), password: "secret"),
        ] {
            let pair = try await Pair(server: SocketSecurity.Server(identity: identity), client: client)
            try await pair.client.write("x")
            #expect(try await pair.accepted.readText() == "x")
            await pair.close()
        }
    }

    @Test("files that are missing or locked are told by name")
    func badFiles() async throws {
        for identity in [
            SocketIdentity.pkcs12(files.file("server.p12"), password: "wrong"), .pkcs12(files.file("none.p12")),
            .pem(certificates: files.file("server.pem"), key: files.file("locked.key"), password: "wrong"),
            .pem(certificates: files.file("none.pem"), key: files.file("server.key")),
        ] {
            let error = await #expect(throws: SocketError.self) {
                try await SocketServer.listen(port: 0, security: SocketSecurity.Server(identity: identity))
            }
            #expect(error?.kind == .identity)
            #expect(error?.detail.contains(files.file("")) == true)
        }
    }

    @Test("old versions are refused by name, for clients and servers", arguments: SocketSecurity.Version.allCases)
    func versions(version: SocketSecurity.Version) async throws {
        guard version < .tls12 else { return }
        var secured = client
        secured.versions = [version, .tls12]
        let connecting = await #expect(throws: SocketError.self) {
            try await SocketConnection.connect(port: 1, security: secured)
        }
        var served = server()
        served.versions = [version]
        let listening = await #expect(throws: SocketError.self) {
            try await SocketServer.listen(port: 0, security: served)
        }
        for error in [connecting, listening] {
            #expect(error?.kind == .obsoleteVersion)
            #expect(error?.detail.contains(version.name) == true)
        }
    }

    @Test("a certificate of another name or of nobody known ends the connection, unless that is allowed")
    func verification() async throws {
        let listening = try await SocketServer.listen(port: 0, address: "127.0.0.1", security: server("other"))
        let port = try listening.port
        func connect(_ security: SocketSecurity.Client) async -> SocketError.Kind? {
            await kind { () async throws(SocketError) in
                try await SocketConnection.connect(to: "127.0.0.1", port: port, security: security).close()
            }
        }
        var secured = client
        #expect(await connect(secured) == .certificate)
        #expect(await connect(SocketSecurity.Client()) == .certificate)
        secured.serverName = "elsewhere.example"
        #expect(await connect(secured) == nil)
        secured = client
        secured.verification = .anyName
        #expect(await connect(secured) == nil)
        secured.roots = .system
        #expect(await connect(secured) == .certificate)
        secured.verification = .none
        #expect(await connect(secured) == nil)
        await listening.closeAll()
    }

    @Test("clients show their certificate where the server asks for it; without one they are not served")
    func clientCertificates() async throws {
        var asking = server()
        asking.clientRoots = .file(files.file("ca.pem"))
        var known = client
        known.identity = .pkcs12(files.file("client.p12"), password: "secret")
        let pair = try await Pair(server: asking, client: known)
        try await pair.client.write("it is me")
        #expect(try await pair.accepted.readText() == "it is me")
        // Under TLS 1.3 the refusal comes after the client's own handshake, with its first read.
        let port = try pair.server.port
        let security = client
        let refused = await kind { () async throws(SocketError) in
            let unknown = try await SocketConnection.connect(to: "127.0.0.1", port: port, security: security)
            _ = try await unknown.read()
        }
        #expect(refused == .security)
        #expect(try await pair.server.waitForConnection(within: .milliseconds(20)) == false)
        await pair.close()
    }

    @Test("a client that speaks no TLS is dropped and does not count as waiting; the next one is served")
    func plainClient() async throws {
        let server = try await SocketServer.listen(port: 0, address: "127.0.0.1", security: server())
        let plain = try await SocketConnection.connect(to: "127.0.0.1", port: try server.port, mode: .raw)
        try await plain.write("GET / HTTP/1.0\r\n\r\n")
        let answer = await kind { () async throws(SocketError) in
            while true { _ = try await plain.read() }
        }
        #expect(answer == .closedByPeer || answer == .linkBroken)
        let good = try await SocketConnection.connect(to: "127.0.0.1", port: try server.port, security: client)
        #expect(try await server.accept().peer == good.local)
        await server.closeAll()
    }

    @Test("a silent client is dropped after the handshake's time, a silent server is given up")
    func silentPeers() async throws {
        let options = SocketOptions(handshakeLimit: .milliseconds(50))
        let server = try await SocketServer.listen(
            port: 0, address: "127.0.0.1", options: options, security: server())
        let silent = try await SocketConnection.connect(to: "127.0.0.1", port: try server.port)
        #expect(await kind { () async throws(SocketError) in try await silent.read() } == .closedByPeer)
        let plain = try await SocketServer.listen(port: 0, address: "127.0.0.1")
        let port = try plain.port
        let security = client
        let late = await kind { () async throws(SocketError) in
            try await SocketConnection.connect(
                to: "127.0.0.1", port: port, options: options, security: security, within: .milliseconds(50))
        }
        #expect(late == .timedOut)
        await server.closeAll()
        await plain.closeAll()
    }

    @Test("a server of the openssl tool is understood, and its certificate checked")
    func opensslServer() async throws {
        let probe = try await SocketServer.listen(port: 0, address: "127.0.0.1")
        let port = try probe.port
        await probe.close()
        // The tool cannot choose a free port itself; it ends when another process still holds this one.
        let arguments = [
            "s_server", "-accept", "127.0.0.1:\(port)", "-cert", files.file("server.pem"), "-key",
            files.file("server.key"), "-rev",
        ]
        let openssl = try Program.system("openssl")
        var peer = try RunningProgram(openssl, arguments)
        defer { peer.send(9) }
        try await until {
            if !peer.isRunning { peer = try RunningProgram(openssl, arguments) }
            return peer.printed.contains("ACCEPT")
        }
        let connection = try await SocketConnection.connect(
            to: "127.0.0.1", port: port, mode: .bufferedEndMarker([10]), security: client)
        try await connection.write("Hello World")
        #expect(try await connection.readText() == "dlroW olleH")
        await connection.close()
    }

    @Test("a client of the openssl tool is served, TLS 1.1 from it is not")
    func opensslClient() async throws {
        let server = try await SocketServer.listen(
            port: 0, address: "127.0.0.1", mode: .bufferedEndMarker([10]), security: server())
        let openssl = try Program.system("openssl")
        let target = "127.0.0.1:\(try server.port)"
        let old = try Program.run(openssl, ["s_client", "-connect", target, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        #expect(old.status != 0)
        let peer = try RunningProgram(
            openssl,
            ["s_client", "-connect", target, "-CAfile", files.file("ca.pem"), "-verify_return_error", "-quiet"])
        defer { peer.send(9) }
        let accepted = try await server.accept()
        try await accepted.write("greeting from the server")
        try await peer.wait(for: "greeting from the server")
        await server.closeAll()
    }
}
