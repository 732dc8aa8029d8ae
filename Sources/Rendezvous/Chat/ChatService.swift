import Logging
import Sockets

/// The chat room for WebSocket clients.
struct ChatService: WebSocketService {
    struct Session: Sendable {
        var key: UInt64 = 0
    }

    static let options = WebSocketOptions(
        limits: WebSocketLimits(
            messageSize: 16 << 10, frameSize: 16 << 10, framesPerSecond: 50, sendQueue: 1 << 20, receiveQueue: 16 << 10),
        compression: .frugal)

    let room: ChatRoom
    let logger: Logger

    func makeSession(for client: Client) -> Session { Session() }

    func connected(_ client: Client, _ session: inout Session, host: ServiceHost) async {
        logger.debug("came", client)
        session.key = await room.enter(client) { client.send(.text($0)) }
    }

    func received(_ message: WebSocketMessage, from client: Client, _ session: inout Session, host: ServiceHost) async {
        guard case .text(let text) = message else { return client.disconnect(.unsupportedData, "the chat is text") }
        if await !room.take(text, from: session.key) { client.disconnect() }
    }

    func disconnected(_ client: Client, _ session: inout Session, host: ServiceHost) async {
        await room.leave(session.key)
        logger.debug("went", client)
    }
}
