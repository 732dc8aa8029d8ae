import Synchronization

/// One connection through the relay.
final class StreamRelay: Sendable {
    private struct State {
        var names = ConversationNames()
        var toServer = 0
        var toClient = 0
    }

    /// How much is read at once.
    private static let piece = 65_536

    private let client: SocketConnection
    private let number: Int
    private let route: SocketTrace.Route
    private let sink: SocketTrace.Sink
    private let state = Mutex(State())

    init(client: SocketConnection, number: Int, route: SocketTrace.Route, sink: @escaping SocketTrace.Sink) {
        self.client = client
        self.number = number
        self.route = route
        self.sink = sink
    }

    func run() async {
        await report(.requested, server: route.server)
        let server: SocketConnection
        do {
            server = try await SocketConnection.connect(
                to: route.server.host, port: route.server.port, mode: .raw, options: route.options,
                security: route.clientSecurity)
        } catch {
            await report(.failed(error), server: route.server)
            return await client.close()
        }
        let address = server.peer ?? route.server
        await report(.connected, server: address)
        let cause = await withTaskGroup(of: SocketError?.self) { group -> SocketError? in
            group.addTask { await self.pass(.toServer, from: self.client, to: server, server: address) }
            group.addTask { await self.pass(.toClient, from: server, to: self.client, server: address) }
            // A fault on one side ends both; a side that is only silent lets the other finish.
            for await fault in group {
                guard let fault else { continue }
                group.cancelAll()
                return fault
            }
            return nil
        }
        await server.close()
        await client.close()
        let (toServer, toClient) = state.withLock { ($0.toServer, $0.toClient) }
        let isStopped = cause?.kind == .cancelled
        await report(
            .closed(toServer: toServer, toClient: toClient, cause: isStopped ? nil : cause), server: address)
    }

    /// Passes bytes on one way until the end of the stream: nil, or an error.
    private func pass(
        _ direction: TraceEvent.Direction, from source: SocketConnection, to target: SocketConnection,
        server: SocketEndpoint
    ) async -> SocketError? {
        do {
            // One piece is written while the next is read: no more is held.
            var writing: Answer<Void>?
            while true {
                let bytes: [UInt8]
                do {
                    bytes = try await source.read(maximum: Self.piece)
                } catch  where error.kind == .closedByPeer {
                    await report(.finished(direction), server: server)
                    // The other side may be gone already, which its own direction tells.
                    try? await target.finishWriting()
                    return nil
                }
                let names = state.withLock { state in
                    switch direction {
                    case .toServer: state.toServer += bytes.count
                    case .toClient: state.toClient += bytes.count
                    }
                    return state.names.names(in: bytes, going: direction)
                }
                await report(.data(direction, bytes, names: names), server: server)
                if let writing { try await target.finish(writing) }
                writing = try await target.begin(bytes)
            }
        } catch {
            // The other side may have closed first: then there is nobody left to tell.
            return error.isNormalClose ? nil : error
        }
    }

    private func report(_ kind: TraceEvent.Kind, server: SocketEndpoint) async {
        let client = client.peer ?? SocketEndpoint(host: "", port: 0)
        await sink(TraceEvent(time: TraceEvent.now, connection: number, client: client, server: server, kind: kind))
    }
}
