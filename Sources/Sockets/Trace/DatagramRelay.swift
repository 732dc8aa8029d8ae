/// The datagrams through the relay: each client gets a socket towards the server, so that answers find their way.
actor DatagramRelay {
    /// What is known of one client.
    private struct Flow {
        var number: Int
        var socket: DatagramSocket
        var toServer = 0
        var toClient = 0
    }

    /// A client that was silent for so long, and whose server was too, is forgotten.
    private static let patience = Duration.seconds(60)

    /// Further clients are not served until one is forgotten: a sender of false addresses must not use up the sockets.
    private static let mostFlows = 512

    private let socket: DatagramSocket
    private let route: SocketTrace.Route
    private let sink: SocketTrace.Sink
    private var flows: [SocketEndpoint: Flow] = [:]
    private var count = 0

    init(socket: DatagramSocket, route: SocketTrace.Route, sink: @escaping SocketTrace.Sink) {
        self.socket = socket
        self.route = route
        self.sink = sink
    }

    func run() async {
        await withDiscardingTaskGroup { group in
            while let datagram = try? await socket.read() {
                let client = datagram.sender
                if flows[client] == nil {
                    guard await open(client) else { continue }
                    group.addTask { await self.answers(to: client) }
                }
                guard let flow = flows[client] else { continue }
                flows[client]?.toServer += datagram.bytes.count
                await report(.data(.toServer, datagram.bytes, names: []), number: flow.number, client: client)
                try? await flow.socket.write(datagram.bytes, to: route.server)
            }
            group.cancelAll()
        }
        for (client, flow) in flows { await close(client, flow) }
    }

    private func open(_ client: SocketEndpoint) async -> Bool {
        guard flows.count < Self.mostFlows else { return false }
        count += 1
        let number = count
        await report(.requested, number: number, client: client)
        do {
            flows[client] = Flow(number: number, socket: try await DatagramSocket.create(options: route.options))
            await report(.connected, number: number, client: client)
            return true
        } catch {
            await report(.failed(error), number: number, client: client)
            return false
        }
    }

    private func answers(to client: SocketEndpoint) async {
        guard let flow = flows[client] else { return }
        var sent = flow.toServer
        while !Task.isCancelled {
            guard let answer = try? await flow.socket.read(within: Self.patience) else {
                guard let now = flows[client]?.toServer, now > sent else { break }
                sent = now
                continue
            }
            flows[client]?.toClient += answer.bytes.count
            await report(.data(.toClient, answer.bytes, names: []), number: flow.number, client: client)
            try? await socket.write(answer.bytes, to: client)
        }
        if let last = flows.removeValue(forKey: client) { await close(client, last) }
    }

    private func close(_ client: SocketEndpoint, _ flow: Flow) async {
        await flow.socket.close()
        let end = TraceEvent.Kind.closed(toServer: flow.toServer, toClient: flow.toClient, cause: nil)
        await report(end, number: flow.number, client: client)
    }

    private func report(_ kind: TraceEvent.Kind, number: Int, client: SocketEndpoint) async {
        await sink(
            TraceEvent(
                time: TraceEvent.now, connection: number, isDatagram: true, client: client, server: route.server,
                kind: kind))
    }
}
