import NIOCore
import Synchronization
import Testing

@testable import Sockets

/// Counts what happens, in the contexts and beside them.
private struct Counting: WebSocketService {
    struct Session: Sendable {
        var received = 0
    }

    struct State: Sendable {
        var loops = 0
        var jobs = 0
    }

    var interval = Duration.milliseconds(20)
    let subprotocols = ["count"]
    let log = WebSocketInbox<String>(limit: .max)

    func makeSession(for client: Client) -> Session { Session() }
    func makeState() -> State { State() }

    func connected(_ client: Client, _ session: inout Session, host: ServiceHost) async {
        client.send(.text("hello \(client.path) \(client.subprotocol ?? "-")"))
    }

    func received(_ message: WebSocketMessage, from client: Client, _ session: inout Session, host: ServiceHost) async {
        session.received += 1
        switch message {
        case .text("all"): host.broadcast(.text("to all"))
        case .text("leave"): host.disconnect(client, .normal, "as you wish")
        case .text: client.send(.text("\(session.received)"))
        case .binary(let bytes): client.send(.binary(bytes.reversed()))
        }
    }

    func disconnected(_ client: Client, _ session: inout Session, host: ServiceHost) async {
        log.put("gone after \(session.received), \(client.closure?.code.rawValue ?? 0)", size: 1)
    }

    func globalService(_ state: inout State, host: ServiceHost) async {
        state.loops += 1
        if state.loops == 3 { log.put("three loops", size: 1) }
    }

    func stopped(_ state: inout State, host: ServiceHost) async { log.put("stopped after \(state.jobs) jobs", size: 1) }
}

@Suite("WebSocket services") struct ServiceTests {
    @Test("each client has a context of its own, the service another; jobs reach both")
    func contexts() async throws {
        let server = WebSocketServer.onLoopback()
        let service = Counting()
        let host = server.add(service, at: "/count")
        try await server.start()
        let configuration = WebSocketClient.Configuration(subprotocols: ["other", "count"])
        let first = try await WebSocketClient.connect(to: server.url("/count?x=1"), configuration)
        let second = try await WebSocketClient.connect(to: server.url("/count"), configuration)
        #expect(try await first.receive() == .text("hello /count count"))
        #expect(try await second.receive() == .text("hello /count count"))
        try await first.send(.text("a"))
        try await first.send(.text("b"))
        try await second.send(.text("c"))
        #expect(try await first.receive() == .text("1"))
        #expect(try await first.receive() == .text("2"))
        #expect(try await second.receive() == .text("1"))
        try await first.send(.binary([1, 2, 3]))
        #expect(try await first.receive() == .binary([3, 2, 1]))

        let clients = host.clients
        #expect(clients.count == 2)
        let one = try #require(clients.first)
        #expect(one.address == "127.0.0.1")
        #expect(one.request.queryValue("x") == "1")
        #expect(one.headers.contains { $0.name == "Sec-WebSocket-Version" && $0.value == "13" })
        host.execute(in: one) { session in
            session.received += 10
            one.send(.text("now \(session.received)"))
        }
        #expect(try await first.receive() == .text("now 13"))
        host.executeInGlobalService { state in
            state.jobs += 1
            one.send(.text("job \(state.jobs)"))
        }
        #expect(try await first.receive() == .text("job 1"))
        try await second.send(.text("all"))
        #expect(try await first.receive() == .text("to all"))
        #expect(try await second.receive() == .text("to all"))

        while try await service.log.next() != "three loops" {}
        try await second.send(.text("leave"))
        #expect(try await second.receive() == nil)
        #expect(second.closure == WebSocketClosure(code: .normal, reason: "as you wish", isRemote: true, isClean: true))
        #expect(try await service.log.next() == "gone after 3, 1000")
        await server.stop()
        #expect(try await service.log.next() == "gone after 13, 1001")
        #expect(try await service.log.next() == "stopped after 1 jobs")
        #expect(try await first.receive() == nil)
        #expect(first.closure?.code == .goingAway)
    }

    @Test("a locked service turns clients away, and keeps those that are there")
    func lock() async throws {
        let server = WebSocketServer.onLoopback()
        server.add(Echo(), at: "/a")
        server.add(Echo(), at: "/b")
        try await server.start()
        let inside = try await WebSocketClient.connect(to: server.url("/a"))
        #expect(server.setLocked(true, path: "/a"))
        #expect(!server.setLocked(true, path: "/c"))
        await #expect(throws: SocketError.self) { try await WebSocketClient.connect(to: server.url("/a")) }
        await #expect(throws: SocketError.self) { try await WebSocketClient.connect(to: server.url("/c")) }
        let other = try await WebSocketClient.connect(to: server.url("/b"))
        try await inside.send(.text("still"))
        #expect(try await inside.receive() == .text("still"))
        server.setLocked(false, path: "/a")
        let late = try await WebSocketClient.connect(to: server.url("/a"))
        #expect(server.services.map(\.path) == ["/a", "/b"])
        #expect(server.services.map(\.clients.count) == [2, 1])
        #expect(server.services.first?.statistics.clientsRefused == 1)
        let first = try #require(server.services.first?.clients.first)
        #expect(server.disconnect(first.id, .policyViolation, "out"))
        #expect(try await inside.receive() == nil)
        #expect(inside.closure?.reason == "out")
        await other.close()
        await late.close()
        await server.stop()
    }

    @Test("who does not read is cut off, and the others are not held up")
    func slowReader() async throws {
        let server = WebSocketServer.onLoopback()
        var options = WebSocketServer.defaultOptions
        options.compression = nil
        let host = server.add(Echo(), at: "/", options: options)
        try await server.start()
        let slow = try await RawPeer.connect(port: server.port ?? 0)
        let handshake = try ClientHandshake(url: server.url("/"), subprotocols: [], headers: [], compression: nil)
        slow.write(handshake.request.text)
        _ = try await slow.head()
        // From here on it leaves everything in the socket.
        try await slow.channel.setOption(.autoRead, value: false).get()
        let quick = try await WebSocketClient.connect(to: server.url("/"))
        let victim = try #require(host.clients.first)
        let block = WebSocketMessage.binary([UInt8](repeating: 7, count: 100_000))
        var sent = 0
        // The system keeps some megabytes itself.
        while victim.isConnected, sent < 1000 {
            host.send(block, to: victim)
            sent += 1
            try await quick.send(.text("\(sent)"))
            #expect(try await quick.receive() == .text("\(sent)"))
        }
        #expect(!victim.isConnected)
        #expect(host.statistics.clientsCut == 1)
        // Sending to who is gone does nothing.
        host.send(block, to: victim)
        await slow.close()
        await server.stop()
    }

    @Test(
        "a flood of connections that say nothing, or a letter at a time, is let go; who speaks is served all the while")
    func silentFlood() async throws {
        let server = WebSocketServer(
            WebSocketServer.Configuration(
                address: SocketEndpoint(host: "127.0.0.1", port: 0),
                limits: WebSocketServerLimits(connections: 2000, connectionsPerAddress: 2000),
                handshakeLimit: .seconds(2)))
        server.add(Echo(), at: "/")
        try await server.start()
        let port = server.port ?? 0
        var flood: [RawPeer] = []
        for _ in 0..<300 { flood.append(try await RawPeer.connect(port: port)) }
        for peer in flood.prefix(100) { peer.write("GET / HTTP/1.1\r\n") }
        // As one whose cable was pulled: it never ends by itself.
        for peer in flood.suffix(100) { try await peer.channel.setOption(.autoRead, value: false).get() }
        // A handshake of a loaded machine may itself take longer than these two seconds.
        var served = false
        for _ in 0..<20 where !served {
            guard let client = try? await WebSocketClient.connect(to: server.url("/")) else { continue }
            try await client.send(.text("here"))
            served = try await client.receive() == .text("here")
            await client.close()
        }
        #expect(served)
        for peer in flood.prefix(200) { while try await peer.next() != nil {} }
        let end = ContinuousClock.now + .seconds(60)
        while server.connections.open > 0, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
        #expect(server.connections.open == 0)
        for peer in flood { await peer.close() }
        await server.stop()
    }

    @Test("a service that is slow stops its client's sending, not its memory")
    func backpressure() async throws {
        struct Slow: WebSocketService {
            let gate = WebSocketInbox<Bool>(limit: .max)
            func received(_ message: WebSocketMessage, from client: Client, _ session: inout Void, host: ServiceHost)
                async
            {
                _ = try? await gate.next()
            }
        }
        let server = WebSocketServer.onLoopback()
        let slow = Slow()
        let host = server.add(slow, at: "/")
        try await server.start()
        let client = try await WebSocketClient.connect(
            to: server.url("/"), WebSocketClient.Configuration(options: WebSocketOptions(compression: nil)))
        let sender = Task {
            for _ in 0..<400 { try await client.send(.binary([UInt8](repeating: 1, count: 100_000))) }
        }
        // Until nothing more is taken.
        var before = -1
        while host.statistics.messagesReceived != before {
            before = host.statistics.messagesReceived
            try await Task.sleep(for: .milliseconds(300))
        }
        #expect(before < 300)
        slow.gate.end()
        try await sender.value
        while host.statistics.messagesReceived < 400 { try await Task.sleep(for: .milliseconds(20)) }
        await client.close()
        await server.stop()
    }
}
