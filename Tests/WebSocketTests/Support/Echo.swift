import NIOCore

@testable import Sockets

/// Sends back what it gets.
struct Echo: WebSocketService {
    func received(_ message: WebSocketMessage, from client: Client, _ session: inout Void, host: ServiceHost) async {
        client.send(message)
    }
}

extension WebSocketServer {
    /// On a free port of the loopback, with nothing in it.
    static func onLoopback(
        limits: WebSocketServerLimits = WebSocketServerLimits(connections: 2000, connectionsPerAddress: 2000),
        security: SocketSecurity.Server? = nil, plainRequests: PlainRequestHandler? = nil
    ) -> WebSocketServer {
        WebSocketServer(
            Configuration(
                address: SocketEndpoint(host: "127.0.0.1", port: 0), security: security, limits: limits,
                // Hundreds of tests share two processors: no patience of a real server is enough.
                handshakeLimit: .seconds(120),
                plainRequests: plainRequests))
    }

    func url(_ path: String) throws -> WebSocketURL { try WebSocketURL("ws://127.0.0.1:\(port ?? 0)\(path)") }
}

/// An end under test that echoes, over a real socket, with a raw one at the other end.
enum EchoEnd {
    /// What comes back for bytes, until the end under test closes.
    ///
    /// - Parameters:
    ///   - first: sent at once.
    ///   - count: how many replies are awaited then.
    ///   - last: sent after that.
    ///   - limit: bytes of a message that the end under test takes.
    static func replies(
        of role: WebSocketRole, to first: [[UInt8]], count: Int = 0, then last: [[UInt8]] = [], limit: Int = 4 << 20
    ) async throws -> [Reply] {
        let options = WebSocketOptions(
            limits: WebSocketLimits(messageSize: limit, frameSize: limit, sendQueue: 64 << 20), compression: nil)
        switch role {
        case .server:
            let server = WebSocketServer.onLoopback()
            server.add(Echo(), at: "/", options: options)
            try await server.start()
            let peer = try await RawPeer.connect(port: server.port ?? 0)
            let handshake = try ClientHandshake(url: server.url("/"), subprotocols: [], headers: [], compression: nil)
            peer.write(handshake.request.text)
            let (head, rest) = try await peer.head()
            _ = try handshake.read(head)
            let replies = try await exchange(peer, ReplyReader(peer, from: .server, rest: rest), first, count, last)
            await server.stop(within: .zero)
            return replies
        case .client:
            let (port, clients, listening) = try await RawPeer.listen()
            let url = try WebSocketURL("ws://127.0.0.1:\(port)/")
            let echo = Task {
                let client = try await WebSocketClient.connect(
                    to: url, WebSocketClient.Configuration(options: options))
                while let message = try await client.receive() { client.post(message) }
            }
            guard let peer = try await clients.next() else { return [] }
            let (head, rest) = try await peer.head()
            let answer = try ServerHandshake().answer(HTTPRequest(head))
            peer.write(answer.head.text)
            // A client waits for the server to close the connection (RFC 6455 §7.1.1): the raw one does at the end.
            let replies = try await exchange(peer, ReplyReader(peer, from: .client, rest: rest), first, count, last)
            _ = await echo.result
            try await listening.close()
            return replies
        }
    }

    private static func exchange(
        _ peer: RawPeer, _ reader: ReplyReader, _ first: [[UInt8]], _ count: Int, _ last: [[UInt8]]
    ) async throws -> [Reply] {
        var reader = reader
        var replies: [Reply] = []
        for bytes in first { peer.write(bytes) }
        while replies.count < count, let reply = try await reader.next() { replies.append(reply) }
        for bytes in last { peer.write(bytes) }
        while let reply = try await reader.next() {
            replies.append(reply)
            if case .close = reply { break }
        }
        await peer.close()
        return replies
    }
}
