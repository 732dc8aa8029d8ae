import Foundation
import Sockets
import Synchronization

/// A server that keeps all that goes through it, and may do to it what it likes: between instances and a real server.
final class MeddlingRelay: Sendable {
    /// What becomes of a message of somebody: nothing, itself, another one, or several.
    typealias Meddling = @Sendable (_ text: String) -> [String]

    private struct State {
        var seen: [String] = []
        var meddle: Meddling = { [$0] }
        var senders: [WebSocketServer.Client] = []
    }

    private let server: WebSocketServer
    private let state = Mutex(State())

    private init(_ server: WebSocketServer) { self.server = server }

    static func start(to real: TestServer) async throws -> MeddlingRelay {
        let server = WebSocketServer(
            WebSocketServer.Configuration(address: SocketEndpoint(host: "127.0.0.1", port: 0)))
        let relay = MeddlingRelay(server)
        server.add(Service(relay: relay, url: real.url + "/"), at: "/")
        try await server.start()
        return relay
    }

    var url: String { "ws://127.0.0.1:\(server.port ?? 0)" }
    var authority: String { "127.0.0.1:\(server.port ?? 0)" }
    /// All messages, of both directions.
    var seen: [String] { state.withLock { $0.seen } }
    /// Pieces of conversations that went to a person.
    var pieces: [String] { seen.filter { $0.contains(#""type":"conversation""#) && $0.contains(#""name""#) } }

    func meddle(_ meddling: @escaping Meddling) { state.withLock { $0.meddle = meddling } }

    /// Says something to everybody who is connected.
    func say(_ text: String) { for client in state.withLock({ $0.senders }) { client.send(.text(text)) } }

    func stop() async { await server.stop(within: .zero) }

    private func note(_ text: String) { state.withLock { $0.seen.append(text) } }

    private struct Service: WebSocketService {
        struct Session: Sendable {
            var upstream: WebSocketClient?
            var reading: Task<Void, Never>?
        }

        let relay: MeddlingRelay
        let url: String
        var subprotocols: [String] { ["json"] }

        func makeSession(for client: Client) -> Session { Session() }

        func connected(_ client: Client, _ session: inout Session, host: ServiceHost) async {
            guard let url = try? WebSocketURL(url),
                let upstream = try? await WebSocketClient.connect(
                    to: url, WebSocketClient.Configuration(subprotocols: ["json"]))
            else { return client.disconnect() }
            session.upstream = upstream
            relay.state.withLock { $0.senders.append(client) }
            session.reading = Task { [relay] in
                while case .text(let text)? = try? await upstream.receive() {
                    relay.note(text)
                    let isPiece = text.contains(#""type":"conversation""#)
                    let meddle = relay.state.withLock { $0.meddle }
                    for text in isPiece ? meddle(text) : [text] { client.send(.text(text)) }
                }
                client.disconnect()
            }
        }

        func received(_ message: WebSocketMessage, from client: Client, _ session: inout Session, host: ServiceHost)
            async
        {
            guard case .text(let text) = message else { return }
            relay.note(text)
            try? await session.upstream?.send(.text(text))
        }

        func disconnected(_ client: Client, _ session: inout Session, host: ServiceHost) async {
            session.reading?.cancel()
            await session.upstream?.close()
        }
    }
}
