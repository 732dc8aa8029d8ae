import Logging
import Sockets

/// Brings callers together: the vocabulary of MDN's *Signaling and video calling* sample and more, in rooms.
///
/// The room is the query's `room` (`/signal?room=garden`); without one it is the room without a name.
struct SignalService: WebSocketService {
    /// Characters of a room's name.
    static let roomLimit = 64

    /// Bounds of the protocol: frames of 256 KiB, 50 of them a second.
    static let options = WebSocketOptions(
        limits: WebSocketLimits(
            messageSize: 256 << 10, frameSize: 256 << 10, framesPerSecond: 50, sendQueue: 2 << 20,
            receiveQueue: 64 << 10),
        compression: .frugal)

    let rooms = SignalRooms()
    let logger: Logger
    var subprotocols: [String] { ["json"] }

    func refusal(of request: HTTPRequest) -> HTTPResponse? {
        guard let room = request.queryValue("room") else { return nil }
        return room.count <= Self.roomLimit && room.utf8.count <= 4 * Self.roomLimit
            ? nil : HTTPResponse(status: 400, text: "the room's name is too long")
    }

    func connected(_ client: Client, _ session: inout Void, host: ServiceHost) async {
        logger.debug("came", client)
        do throws(SignalRooms.Offence) {
            let room = client.request.queryValue("room") ?? ""
            try await rooms.enter(client.id, room: room) { client.send(.text($0)) }
        } catch { turnOut(client, error) }
    }

    func received(_ message: WebSocketMessage, from client: Client, _ session: inout Void, host: ServiceHost) async {
        guard case .text(let text) = message else {
            return client.disconnect(.unsupportedData, "messages are JSON in texts")
        }
        do throws(SignalRooms.Offence) {
            try await rooms.take(text, from: client.id)
        } catch { turnOut(client, error) }
    }

    func disconnected(_ client: Client, _ session: inout Void, host: ServiceHost) async {
        await rooms.leave(client.id)
        logger.debug("went", client)
    }

    private func turnOut(_ client: Client, _ offence: SignalRooms.Offence) {
        logger.info("turned out for \(offence.reason)", client)
        client.disconnect(offence.code, offence.reason)
    }
}
