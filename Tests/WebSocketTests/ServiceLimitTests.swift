import Testing

@testable import Sockets

@Suite("Limits of a WebSocket server") struct ServiceLimitTests {
    @Test("limits that are changed while the server runs are those of later connections")
    func changedLimits() async throws {
        let server = WebSocketServer.onLoopback()
        server.add(Echo(), at: "/")
        try await server.start()
        let before = try await WebSocketClient.connect(to: server.url("/"))
        server.limits.messageSize = 10
        let after = try await WebSocketClient.connect(to: server.url("/"))
        let long = WebSocketMessage.text("more than ten bytes")
        for client in [before, after] { try await client.send(long) }
        #expect(try await before.receive() == long)
        #expect(try await after.receive() == nil)
        #expect(after.closure?.code == .messageTooBig)
        // Who is there already stays, also when there are more than may be.
        server.limits.connections = 1
        await #expect(throws: SocketError.self) { try await WebSocketClient.connect(to: server.url("/")) }
        try await before.send(.text("still"))
        #expect(try await before.receive() == .text("still"))
        await before.close()
        await server.stop()
    }

    @Test("a thousand connections within the limits, and not one more")
    func flood() async throws {
        let server = WebSocketServer.onLoopback(
            limits: WebSocketServerLimits(connections: 1000, connectionsPerAddress: 1000))
        let host = server.add(Echo(), at: "/")
        try await server.start()
        let url = try server.url("/")
        let clients = try await withThrowingTaskGroup(of: WebSocketClient.self) { group in
            for _ in 0..<1000 { group.addTask { try await WebSocketClient.connect(to: url) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        await #expect(throws: SocketError.self) { try await WebSocketClient.connect(to: url) }
        #expect(server.connections.open == 1000)
        #expect(server.connections.refused == 1)
        for client in clients { client.post(.text("here")) }
        for client in clients { #expect(try await client.receive() == .text("here")) }
        #expect(host.clients.count == 1000)
        await server.stop()
        #expect(server.connections.open == 0)
    }

    @Test("connections of one address have a limit of their own, which can be changed")
    func perAddress() async throws {
        let server = WebSocketServer.onLoopback(limits: WebSocketServerLimits(connectionsPerAddress: 1))
        server.add(Echo(), at: "/")
        try await server.start()
        let first = try await WebSocketClient.connect(to: server.url("/"))
        await #expect(throws: SocketError.self) { try await WebSocketClient.connect(to: server.url("/")) }
        server.limits.connectionsPerAddress = 2
        server.limits.messageSize = 10
        let second = try await WebSocketClient.connect(to: server.url("/"))
        try await second.send(.text("more than ten"))
        #expect(try await second.receive() == nil)
        #expect(second.closure?.code == .messageTooBig)
        try await first.send(.text("more than ten"))
        #expect(try await first.receive() == .text("more than ten"))
        await first.close()
        await server.stop()
    }

    @Test("more frames a second than allowed close the connection")
    func rate() async throws {
        let server = WebSocketServer.onLoopback()
        var options = WebSocketServer.defaultOptions
        options.limits.framesPerSecond = 50
        server.add(Echo(), at: "/", options: options)
        try await server.start()
        let client = try await WebSocketClient.connect(to: server.url("/"))
        for _ in 0..<200 { client.post(.text("x")) }
        while let message = try await client.receive() { #expect(message == .text("x")) }
        #expect(client.closure?.code == .policyViolation)
        #expect(client.closure?.reason == "more than 50 frames a second")
        await server.stop()
    }
}
