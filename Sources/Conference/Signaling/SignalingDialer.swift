import Glibc
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import RTC
import Sockets
import Transport
import Wire

/// Why no signalling connection came about.
struct DialFailure: Error, Hashable {
    var reason: EndReason
    /// The key that was shown there, where it is not the expected one.
    var presented: DTLSFingerprint?
    /// For the log.
    var detail: String
}

/// Makes signalling connections: name lookup, TCP to the address that answers first (RFC 8305), TLS, WebSocket.
struct SignalingDialer: Sendable {
    let identity: InstallationIdentity
    let timing: SignalingTiming
    let eventLoop: any EventLoop
    /// What keeps connections on the local networks; nil while they may go anywhere.
    var boundary: LocalBoundary?

    /// - Parameter expected: the key that must be there; nil takes any.
    func dial(_ address: CallAddress, expected: DTLSFingerprint?) async throws(DialFailure) -> SignalingConnection {
        try await dial(address, expected: expected, subprotocol: "json") { [timing] channel, identity in
            try SignalingConnection(channel: channel, isServer: false, identity: identity, timing: timing)
        }
    }

    /// The same for what else is spoken on the port.
    ///
    /// - Parameters:
    ///   - subprotocol: of the WebSocket, or that of files, which needs none.
    ///   - make: puts the connection at the end of the channel, on its event loop.
    func dial<Connection: Sendable>(
        _ address: CallAddress, expected: DTLSFingerprint?, subprotocol: String,
        make: @escaping @Sendable (any Channel, PresentedIdentity) throws -> Connection
    ) async throws(DialFailure) -> Connection {
        let presented = PresentedIdentity(expected: expected)
        let near = try await place(of: address)
        let upgrade: EventLoopFuture<Connection>
        do {
            try DescriptorReserve.expectRoom(for: 1)
            let context = try identity.clientContext()
            let bootstrap = ClientBootstrap(group: eventLoop)
                .connectTimeout(TimeAmount(timing.connect))
                .channelOption(.socketOption(.tcp_nodelay), value: 1)
            let initialize: @Sendable (any Channel) -> EventLoopFuture<EventLoopFuture<Connection>> = { channel in
                channel.eventLoop.makeCompletedFuture {
                    try near?.confine(channel)
                    return try start(
                        channel, context, presented, address: address, subprotocol: subprotocol, make: make)
                }
            }
            upgrade =
                if let near {
                    try await bootstrap.connect(to: near.socketAddress, channelInitializer: initialize)
                } else {
                    try await bootstrap.connect(
                        host: address.host, port: address.port, channelInitializer: initialize)
                }
        } catch { throw Self.failure(connecting: error) }
        return try await result(of: upgrade, presented)
    }

    /// The same through a socket that leads there already.
    ///
    /// - Parameter socket: a connected one; it belongs to the connection from now on.
    func dial<Connection: Sendable>(
        _ address: CallAddress, through socket: CInt, expected: DTLSFingerprint?, subprotocol: String,
        make: @escaping @Sendable (any Channel, PresentedIdentity) throws -> Connection
    ) async throws(DialFailure) -> Connection {
        let presented = PresentedIdentity(expected: expected)
        let upgrade: EventLoopFuture<Connection>
        do {
            let context = try identity.clientContext()
            upgrade = try await ClientBootstrap(group: eventLoop).withConnectedSocket(socket) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try start(channel, context, presented, address: address, subprotocol: subprotocol, make: make)
                }
            }
        } catch { throw Self.failure(connecting: error) }
        return try await result(of: upgrade, presented)
    }

    private func result<Connection: Sendable>(
        of upgrade: EventLoopFuture<Connection>, _ presented: PresentedIdentity
    ) async throws(DialFailure) -> Connection {
        do {
            return try await upgrade.get()
        } catch {
            // Whatever went wrong after TCP: who answers does not speak as we do, or is not who we know. Or nobody answers,
            // as with a computer that has no descriptor left for us.
            throw DialFailure(
                reason: presented.isRefused ? .identityChanged : error is Silence ? .noAnswer : .notCauserie,
                presented: presented.isRefused ? presented.fingerprint : nil, detail: "\(error)")
        }
    }

    /// Where a local address is, and by which interface.
    private struct LocalPlace: Sendable {
        let socketAddress: SocketAddress
        let isIPv4: Bool
        let interface: String
        let counter: TrafficCounter

        /// Before the connection is made.
        func confine(_ channel: any Channel) throws {
            try channel.pipeline.syncOperations.addHandler(SendCounter(counter), position: .first)
            // What is sent to this computer's own address comes by another interface than that of the address.
            guard interface != "lo" else { return }
            LocalBoundary.confine(channel, isIPv4: isIPv4)
            LocalBoundary.bind(channel, toInterface: interface)
        }
    }

    /// Nil where connections may go anywhere; without a question to a server of names.
    private func place(of address: CallAddress) async throws(DialFailure) -> LocalPlace? {
        guard let boundary else { return nil }
        let found = await NameLookup.localAddress(
            of: address.host, within: boundary, on: eventLoop, logger: Logger(label: "causerie"))
        guard let found else {
            if address.host.hasSuffix(".local") {
                throw DialFailure(reason: .unknownHost, presented: nil, detail: "no answer on the local networks")
            }
            boundary.traffic.refused.count()
            throw DialFailure(reason: .elsewhere, presented: nil, detail: "a name elsewhere")
        }
        guard let interface = boundary.admit(found),
            let target = try? SocketAddress(ipAddress: found.description, port: address.port)
        else { throw DialFailure(reason: .elsewhere, presented: nil, detail: "an address elsewhere") }
        return LocalPlace(
            socketAddress: target, isIPv4: found.isIPv4, interface: interface,
            counter: boundary.traffic.counter(for: interface))
    }

    private func start<Connection: Sendable>(
        _ channel: any Channel, _ context: NIOSSLContext, _ presented: PresentedIdentity, address: CallAddress,
        subprotocol: String, make: @escaping @Sendable (any Channel, PresentedIdentity) throws -> Connection
    ) throws -> EventLoopFuture<Connection> {
        channel.hideFromChildProcesses()
        // No name for TLS to check: the key is what counts.
        let tls = try NIOSSLClientHandler(
            context: context, serverHostname: nil, customVerificationCallback: presented.callback)
        try channel.pipeline.syncOperations.addHandler(tls)
        let upgrade = try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
            configuration: NIOUpgradableHTTPClientPipelineConfiguration(
                upgradeConfiguration: Self.upgrade(to: subprotocol, at: address, presented, make)))
        let isLate = NIOLoopBoundBox(false, eventLoop: channel.eventLoop)
        let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(timing.handshake)) {
            isLate.value = true
            channel.close(mode: .all, promise: nil)
        }
        upgrade.whenComplete { result in
            deadline.cancel()
            if case .failure = result { channel.close(mode: .all, promise: nil) }
        }
        return upgrade.flatMapErrorThrowing { error in throw isLate.value ? Silence() : error }
    }

    /// The time for the handshakes was over.
    private struct Silence: Error {}

    private static func upgrade<Connection: Sendable>(
        to subprotocol: String, at address: CallAddress, _ presented: PresentedIdentity,
        _ make: @escaping @Sendable (any Channel, PresentedIdentity) throws -> Connection
    ) -> NIOTypedHTTPClientUpgradeConfiguration<Connection> {
        var headers: HTTPHeaders = ["Host": address.description]
        let upgrader: any NIOTypedHTTPClientProtocolUpgrader<Connection>
        if subprotocol == FileConnection.protocolName {
            upgrader = BytesClientUpgrader(supportedProtocol: subprotocol) { try make($0, presented) }
        } else {
            headers.add(name: "Sec-WebSocket-Protocol", value: subprotocol)
            upgrader = NIOTypedWebSocketClientUpgrader<Connection>(
                maxFrameSize: SignalingMessage.frameLimit,
                upgradePipelineHandler: { channel, response in
                    channel.eventLoop.makeCompletedFuture {
                        guard response.headers[canonicalForm: "Sec-WebSocket-Protocol"].contains(subprotocol[...])
                        else { throw SignalingError("another subprotocol") }
                        return try make(channel, presented)
                    }
                })
        }
        return NIOTypedHTTPClientUpgradeConfiguration(
            upgradeRequestHead: HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: headers),
            upgraders: [upgrader],
            notUpgradingCompletionHandler: { channel in
                channel.eventLoop.makeFailedFuture(SignalingError("HTTP without our upgrade"))
            })
    }

    private static func failure(connecting error: any Error) -> DialFailure {
        DialFailure(reason: reason(connecting: error), presented: nil, detail: "\(error)")
    }

    private static func reason(connecting error: any Error) -> EndReason {
        if error.isShortage { return .outOfResources }
        guard let error = error as? NIOConnectionError else {
            return (error as? IOError)?.errnoCode == ECONNREFUSED ? .connectionRefused : .unreachable
        }
        if error.connectionErrors.isEmpty, error.dnsAError != nil || error.dnsAAAAError != nil { return .unknownHost }
        let isRefused = error.connectionErrors.contains { ($0.error as? IOError)?.errnoCode == ECONNREFUSED }
        return isRefused ? .connectionRefused : .unreachable
    }
}
