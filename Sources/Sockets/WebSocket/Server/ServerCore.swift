import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// What a server's connections share.
final class ServerCore: Sendable {
    private struct State {
        var services: [String: any ServiceRunner] = [:]
        var isRunning = false
        var tls: NIOSSLContext?
        var channels: [ObjectIdentifier: any Channel] = [:]
    }

    let handshakeLimit: Duration
    let admission: ServerAdmission
    private let plain: WebSocketServer.PlainRequestHandler?
    private let state = Mutex(State())

    init(configuration: WebSocketServer.Configuration) {
        handshakeLimit = configuration.handshakeLimit
        admission = ServerAdmission(configuration.limits)
        plain = configuration.plainRequests
    }

    var services: [any ServiceRunner] {
        state.withLock { $0.services.values.map { $0 } }.sorted { $0.path < $1.path }
    }

    /// Adds a service, in the place of one at the same path. It starts with the server.
    func add(_ service: any ServiceRunner) {
        let isRunning = state.withLock { state in
            state.services[service.path] = service
            return state.isRunning
        }
        if isRunning { service.start() }
    }

    func start() {
        state.withLock { $0.isRunning = true }
        for service in services { service.start() }
    }

    func use(_ context: NIOSSLContext?) { state.withLock { $0.tls = context } }

    /// Makes a connection ready to be spoken to. On its event loop.
    func setUp(_ channel: any Channel) throws {
        let origin = SocketEndpoint(channel.remoteAddress)?.origin ?? ""
        guard admission.enter(from: origin) else {
            throw SocketError(.tooLong, "too many connections")
        }
        let identifier = ObjectIdentifier(channel)
        let tls = state.withLock { state in
            state.channels[identifier] = channel
            return state.tls
        }
        channel.closeFuture.whenComplete { [self] _ in
            admission.leave(from: origin)
            _ = state.withLock { $0.channels.removeValue(forKey: identifier) }
        }
        let pipeline = channel.pipeline.syncOperations
        if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
        try pipeline.addHandler(ServerRequestHandler(server: self))
    }

    /// The service that a request is for, and what to say to it.
    func accept(
        _ request: HTTPRequest
    ) throws(ServerHandshake.Refusal) -> (any ServiceRunner, ServerHandshake.Acceptance) {
        guard let service = state.withLock({ $0.services[request.path] }) else {
            throw ServerHandshake.Refusal(response: HTTPResponse(status: 404, text: "there is no such service"))
        }
        guard !service.isLocked else {
            service.counters.refused()
            throw ServerHandshake.Refusal(
                response: HTTPResponse(
                    status: 503, text: "the service is locked", fields: [HTTPHead.Field("Retry-After", "60")]))
        }
        if let response = service.refusal(of: request) {
            service.counters.refused()
            throw ServerHandshake.Refusal(response: response)
        }
        let handshake = ServerHandshake(subprotocols: service.subprotocols, compression: service.options.compression)
        return (service, try handshake.answer(request))
    }

    func options(of service: any ServiceRunner) -> WebSocketOptions { admission.limits.applied(to: service.options) }

    func answer(_ request: HTTPRequest, from sender: SocketEndpoint) async -> HTTPResponse {
        if let plain { return await plain(request, sender) }
        if state.withLock({ $0.services[request.path] != nil }) {
            let fields = [HTTPHead.Field("Upgrade", "websocket")]
            return HTTPResponse(status: 426, text: "this is a WebSocket service", fields: fields)
        }
        return HTTPResponse(status: 404, text: "there is nothing here")
    }

    func stop(within limit: Duration) async {
        let services = services
        await withTaskGroup { group in
            for service in services { group.addTask { await service.stop(within: limit) } }
        }
        let channels = state.withLock { state in
            state.isRunning = false
            return Array(state.channels.values)
        }
        for channel in channels {
            channel.close(promise: nil)
            try? await channel.closeFuture.get()
        }
    }
}
