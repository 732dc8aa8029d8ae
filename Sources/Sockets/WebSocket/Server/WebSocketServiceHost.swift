import NIOCore
import Synchronization

/// Runs a service: its clients, each in a task of its own, and its loop. For use from any task.
public final class WebSocketServiceHost<Service: WebSocketService>: Sendable {
    /// A client of the service.
    public typealias Client = WebSocketServer.Client
    /// Code to run in a client's context.
    public typealias ClientJob = @Sendable (inout Service.Session) async -> Void
    /// Code to run in the service's context.
    public typealias GlobalJob = @Sendable (inout Service.State) async -> Void

    private enum ClientEvent: Sendable {
        case message(WebSocketMessage)
        case job(ClientJob)
    }

    private enum GlobalEvent: Sendable {
        case tick
        case job(GlobalJob)
    }

    private struct Entry {
        var client: Client
        var inbox: WebSocketInbox<ClientEvent>
        var task: Task<Void, Never>
    }

    private struct State {
        var isLocked = false
        var isStopping = false
        var entries: [UInt64: Entry] = [:]
        var loop: [Task<Void, Never>] = []
    }

    /// The service as it was added.
    public let service: Service
    /// Where the service is, as `/chat`.
    public let path: String
    let options: WebSocketOptions
    let counters = ServiceCounters()
    private let state = Mutex(State())
    private let globalInbox = WebSocketInbox<GlobalEvent>(limit: .max)
    private let isTickDue = Atomic(false)

    init(_ service: Service, path: String, options: WebSocketOptions) {
        self.service = service
        self.path = path
        self.options = options
    }

    /// Who is connected at this instant, in the order in which they came.
    public var clients: [Client] {
        state.withLock { $0.entries.values.map(\.client) }.sorted { $0.id < $1.id }
    }

    /// What the service has done so far.
    public var statistics: ServiceStatistics { counters.statistics }

    /// Whether new clients are turned away.
    public var isLocked: Bool { state.withLock { $0.isLocked || $0.isStopping } }

    /// Turns new clients away, or lets them in again; those that are there stay.
    public func setLocked(_ isLocked: Bool) { state.withLock { $0.isLocked = isLocked } }

    /// Puts a message into the client's queue; as ``WebSocketServer/Client/send(_:)``.
    public func send(_ message: WebSocketMessage, to client: Client) { client.send(message) }

    /// Sends to everybody who is connected.
    public func broadcast(_ message: WebSocketMessage) { Client.send(message, to: clients) }

    /// Closes a client's connection after what is queued.
    public func disconnect(_ client: Client, _ code: WebSocketCloseCode = .normal, _ reason: String = "") {
        client.disconnect(code, reason)
    }

    /// Runs code in a client's context, after what has happened to that client before; returns at once. Nothing
    /// happens when the client is gone.
    public func execute(in client: Client, _ job: @escaping ClientJob) {
        state.withLock { $0.entries[client.id]?.inbox }?.put(.job(job), size: 0)
    }

    /// Runs code in the service's context, between two calls of its loop; returns at once.
    public func executeInGlobalService(_ job: @escaping GlobalJob) { globalInbox.put(.job(job), size: 0) }
}

extension WebSocketServiceHost: ServiceRunner {
    var interval: Duration { service.interval }
    var subprotocols: [String] { service.subprotocols }

    func refusal(of request: HTTPRequest) -> HTTPResponse? { service.refusal(of: request) }

    func start() {
        let pause = max(service.interval, .milliseconds(1))
        let ticks = Task { [globalInbox, weak self] in
            while !Task.isCancelled {
                // One at a time: a loop that takes long is not called the more often.
                guard let self else { return }
                if !self.isTickDue.exchange(true, ordering: .relaxed) { globalInbox.put(.tick, size: 0) }
                try? await Task.sleep(for: pause)
            }
        }
        let loop = Task { await self.runLoop() }
        state.withLock {
            $0.loop = [ticks, loop]
            $0.isStopping = false
        }
    }

    private func runLoop() async {
        var context = service.makeState()
        while let event = try? await globalInbox.next() {
            switch event {
            case .tick:
                await service.globalService(&context, host: self)
                isTickDue.store(false, ordering: .relaxed)
            case .job(let job): await job(&context)
            }
        }
        await service.stopped(&context, host: self)
    }

    func open(
        _ channel: any Channel, request: HTTPRequest, acceptance: ServerHandshake.Acceptance, options: WebSocketOptions
    ) throws {
        let inbox = WebSocketInbox<ClientEvent>(limit: options.limits.receiveQueue)
        let ended = EndOfConnection(counters: counters)
        let connection = try WebSocketConnection(
            channel: channel, role: .server, options: options, subprotocol: acceptance.subprotocol,
            deflate: acceptance.deflate
        ) { [counters] event in
            switch event {
            case .message(let message):
                counters.received(message.size)
                return inbox.put(.message(message), size: message.size + 64)
            case .pong: return true
            case .ended(let closure):
                ended.end(closure)
                inbox.end()
                return true
            }
        }
        inbox.onRoom { connection.resume() }
        let endpoint = SocketEndpoint(channel.remoteAddress)?.unmapped ?? SocketEndpoint(host: "", port: 0)
        let client = Client(endpoint: endpoint, request: request, connection: connection, counters: counters)
        ended.client = client
        counters.accepted()
        let isStopping = state.withLock { state in
            // Within the lock, so that no client is ever known without its task.
            let task = Task { await self.serve(client, inbox) }
            state.entries[client.id] = Entry(client: client, inbox: inbox, task: task)
            return state.isStopping
        }
        if isStopping { client.disconnect(.goingAway) }
    }

    private func serve(_ client: Client, _ inbox: WebSocketInbox<ClientEvent>) async {
        var session = service.makeSession(for: client)
        await service.connected(client, &session, host: self)
        while let event = try? await inbox.next() {
            switch event {
            case .message(let message): await service.received(message, from: client, &session, host: self)
            case .job(let job): await job(&session)
            }
        }
        await service.disconnected(client, &session, host: self)
        _ = state.withLock { $0.entries.removeValue(forKey: client.id) }
    }

    /// Says goodbye to all, waits for them for as long as `limit`, then ends the loop.
    func stop(within limit: Duration) async {
        let entries = state.withLock { state in
            state.isStopping = true
            return Array(state.entries.values)
        }
        for entry in entries { entry.client.disconnect(.goingAway, "the server stops") }
        let cutting = Task {
            try await Task.sleep(for: limit)
            for entry in entries {
                entry.client.cut("the server stops")
                entry.task.cancel()
            }
        }
        for entry in entries { await entry.task.value }
        cutting.cancel()
        let loop = state.withLock { $0.loop }
        loop.first?.cancel()
        globalInbox.end()
        await loop.last?.value
    }
}
