import Sockets
import Testing

/// As in the article *WebSocket services*.
private struct Counter: WebSocketService {
    struct Session: Sendable { var messages = 0 }
    struct State: Sendable { var minutes = 0 }
    let interval = Duration.seconds(60)

    func makeSession(for client: Client) -> Session { Session() }
    func makeState() -> State { State() }

    func received(_ message: WebSocketMessage, from client: Client, _ session: inout Session, host: ServiceHost) async {
        session.messages += 1
        client.send(.text("Message \(session.messages)"))
    }

    func globalService(_ state: inout State, host: ServiceHost) async {
        host.broadcast(.text("\(state.minutes) minutes, \(host.clients.count) clients"))
        state.minutes += 1
    }
}

@Suite("The documented WebSocket service") struct DocumentedServiceTests {
    @Test("does what the article says")
    func counter() async throws {
        let server = WebSocketServer(.init(address: SocketEndpoint(host: "127.0.0.1", port: 0)))
        let host = server.add(Counter(), at: "/counter")
        try await server.start()
        let client = try await WebSocketClient.connect(
            to: WebSocketURL("ws://localhost:\(server.port ?? 0)/counter"))
        // The first loop may be before or after the client's coming.
        func answer() async throws -> WebSocketMessage? {
            for try await message in client.messages {
                if case .text(let text) = message, text.hasPrefix("Message") { return message }
            }
            return nil
        }
        try await client.send(.text("Hello"))
        #expect(try await answer() == .text("Message 1"))
        let peer = try #require(host.clients.first)
        host.execute(in: peer) { session in session.messages = 0 }
        try await client.send(.text("Hello"))
        #expect(try await answer() == .text("Message 1"))
        await client.close()
        await server.stop()
    }
}
