/// What happens to a WebSocket that is used by events instead of by waiting.
public enum WebSocketEvent: Sendable {
    /// The WebSocket is open: this is it, to send with.
    case opening(WebSocketClient)
    case message(WebSocketMessage)
    /// It is closed in good order. The last event.
    case closing(WebSocketClosure)
    /// It could not be opened, or was lost. The last event.
    case error(SocketError)
}

extension WebSocketClient {
    /// Connects, and from then on tells what happens, one event after the other; the socket is read only as fast as
    /// `onEvent` returns.
    ///
    /// - Returns: the task that does so; cancelling it closes the WebSocket, and ends with an `error` of `cancelled`.
    @discardableResult
    public static func open(
        _ url: WebSocketURL, _ configuration: Configuration = Configuration(),
        onEvent: @escaping @Sendable (WebSocketEvent) async -> Void
    ) -> Task<Void, Never> {
        Task {
            do throws(SocketError) {
                let client = try await connect(to: url, configuration)
                await onEvent(.opening(client))
                do throws(SocketError) {
                    while let message = try await client.receive() { await onEvent(.message(message)) }
                } catch {
                    await client.close(.goingAway)
                    throw error
                }
                await onEvent(
                    .closing(client.closure ?? WebSocketClosure(code: .noStatus, isRemote: false, isClean: false)))
            } catch {
                await onEvent(.error(error))
            }
        }
    }
}
