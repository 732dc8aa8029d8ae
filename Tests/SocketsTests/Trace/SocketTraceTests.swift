import Sockets
import Testing

@Suite("Trace relay", .timeLimit(.minutes(1))) struct SocketTraceTests {
    private let log = TraceLog()
    private let here = SocketEndpoint(host: "127.0.0.1", port: 0)

    @Test("both directions pass unchanged and are recorded, with the ends of the connection")
    func relay() async throws {
        let server = try await SocketServer.listen(port: 0, address: "127.0.0.1")
        let local = try #require(server.local)
        let trace = try await SocketTrace.start(SocketTrace.Route(from: here, to: local), sink: log.sink)
        let client = try await SocketConnection.connect(to: "127.0.0.1", port: try #require(trace.local?.port))
        try await client.write("Hello World")
        let accepted = try await server.accept()
        #expect(try await accepted.readText() == "Hello World")
        try await accepted.write("answer")
        #expect(try await client.readText() == "answer")
        // Half a close passes too.
        try await client.finishWriting()
        #expect(await kind { () async throws(SocketError) in try await accepted.read() } == .closedByPeer)
        try await accepted.write("late")
        #expect(try await client.readText() == "late")
        await accepted.close()
        #expect(await kind { () async throws(SocketError) in try await client.read() } == .closedByPeer)
        await client.close()
        await trace.stop()

        #expect(log.bytes(.toServer) == Array("11\r\nHello World".utf8))
        #expect(log.bytes(.toClient) == Array("6\r\nanswer4\r\nlate".utf8))
        #expect(log.events.first?.kind == .requested)
        #expect(log.events.dropFirst().first?.kind == .connected)
        #expect(log.events.last?.kind == .closed(toServer: 15, toClient: 16, cause: nil))
        #expect(log.events.allSatisfy { $0.client == client.local && $0.server == local })
        #expect(log.events.map(\.time) == log.events.map(\.time).sorted())
        await server.closeAll()
    }

    @Test("a server that cannot be reached is recorded with the cause, and the client is let go")
    func failure() async throws {
        let route = SocketTrace.Route(from: here, to: SocketEndpoint(host: "127.0.0.1", port: 1))
        let trace = try await SocketTrace.start(route, sink: log.sink)
        let client = try await SocketConnection.connect(to: "127.0.0.1", port: try #require(trace.local?.port))
        #expect(await kind { () async throws(SocketError) in try await client.read() } == .closedByPeer)
        await trace.stop()
        guard case .failed(let error) = log.events.last?.kind else { return #expect(Bool(false), "\(log.events)") }
        #expect(error.kind == .refused)
    }

    @Test("a slow server slows the client down through the relay")
    func backpressure() async throws {
        let server = try await SocketServer.listen(port: 0, address: "127.0.0.1", mode: .raw)
        let trace = try await SocketTrace.start(
            SocketTrace.Route(from: here, to: try #require(server.local)), sink: log.sink)
        let client = try await SocketConnection.connect(
            to: "127.0.0.1", port: try #require(trace.local?.port), mode: .raw)
        let accepted = try await server.accept()
        let written = Counter()
        let block = [UInt8](repeating: 1, count: 1 << 20)
        let writing = Task {
            for _ in 0..<64 {
                try await client.write(block)
                written.add(1)
            }
        }
        var before = -1
        try await until {
            try await Task.sleep(for: .milliseconds(300))
            defer { before = written.value }
            return written.value == before
        }
        #expect(written.value < 64)
        var total = 0
        while total < 64 << 20 { total += try await accepted.read(maximum: 1 << 20).count }
        try await writing.value
        #expect(log.bytes(.toServer).count == 64 << 20)
        // Stopping ends what is under way.
        await trace.stop()
        #expect(await kind { () async throws(SocketError) in try await client.read() } == .closedByPeer)
        await server.closeAll()
    }

    @Test("TLS on each side shows what is inside, HTTP heads and WebSocket frames by name")
    func security() async throws {
        let files = try Certificates.shared.get()
        let identity = SocketIdentity.pem(certificates: files.file("server.pem"), key: files.file("server.key"))
        let security = SocketSecurity.Client(roots: .file(files.file("ca.pem")))
        let server = try await SocketServer.listen(
            port: 0, address: "127.0.0.1", mode: .raw, security: SocketSecurity.Server(identity: identity))
        let trace = try await SocketTrace.start(
            SocketTrace.Route(
                from: here, to: try #require(server.local), serverSecurity: SocketSecurity.Server(identity: identity),
                clientSecurity: security), sink: log.sink)
        let client = try await SocketConnection.connect(
            to: "127.0.0.1", port: try #require(trace.local?.port), mode: .raw, security: security)
        try await client.write("GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n")
        let accepted = try await server.accept()
        _ = try await accepted.read()
        try await accepted.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")
        _ = try await client.read()
        try await client.write([0x81, 0x82, 1, 2, 3, 4, 0x69, 0x6B])
        _ = try await accepted.read()
        try await accepted.write([0x89, 0])
        _ = try await client.read()
        await client.close()
        await accepted.close()
        await trace.stop()
        #expect(
            log.names == [
                "HTTP GET /chat HTTP/1.1", "HTTP HTTP/1.1 101 Switching Protocols", "WebSocket text, 2 bytes",
                "WebSocket ping, 0 bytes",
            ])
        await server.closeAll()
    }

    @Test("datagrams pass both ways, each client with its own socket towards the server")
    func datagrams() async throws {
        let server = try await DatagramSocket.create(address: "127.0.0.1")
        let trace = try await SocketTrace.start(
            SocketTrace.Route(from: here, to: try #require(server.local), isDatagram: true), sink: log.sink)
        let target = try #require(trace.local)
        let clients = [
            try await DatagramSocket.create(address: "127.0.0.1"),
            try await DatagramSocket.create(address: "127.0.0.1"),
        ]
        for (index, client) in clients.enumerated() {
            try await client.write([UInt8(index)], to: target)
            let question = try await server.read()
            #expect(question.bytes == [UInt8(index)])
            try await server.write([UInt8(index), 9], to: question.sender)
            let answer = try await client.read()
            #expect(answer.bytes == [UInt8(index), 9])
            #expect(answer.sender == target)
        }
        await trace.stop()
        for (index, client) in clients.enumerated() {
            let own = log.events.filter { $0.connection == index + 1 }
            #expect(own.map(\.client) == Array(repeating: try #require(client.local), count: 5))
            #expect(own.last?.kind == .closed(toServer: 1, toClient: 2, cause: nil))
            await client.close()
        }
        await server.close()
    }

    @Test("a port that is taken, or a server that is none, is told at the start")
    func badRoutes() async throws {
        let server = try await SocketServer.listen(port: 0, address: "127.0.0.1")
        let local = try #require(server.local)
        let log = log
        let here = here
        let taken = await kind { () async throws(SocketError) in
            try await SocketTrace.start(SocketTrace.Route(from: local, to: local), sink: log.sink)
        }
        #expect(taken == .addressInUse)
        let none = await kind { () async throws(SocketError) in
            try await SocketTrace.start(
                SocketTrace.Route(from: here, to: SocketEndpoint(host: "x", port: 0)), sink: log.sink)
        }
        #expect(none == .invalidArgument)
        await server.closeAll()
    }
}
