import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import RTC
import Transport

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
        let upgrade: EventLoopFuture<Connection>
        do {
            let context = try identity.clientContext()
            upgrade = try await ClientBootstrap(group: eventLoop)
                .connectTimeout(TimeAmount(timing.connect))
                .channelOption(.socketOption(.tcp_nodelay), value: 1)
                .connect(host: address.host, port: address.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try start(
                            channel, context, presented, address: address, subprotocol: subprotocol, make: make)
                    }
                }
        } catch { throw Self.failure(connecting: error) }
        do {
            return try await upgrade.get()
        } catch {
            // Whatever went wrong after TCP: who answers does not speak as we do, or is not who we know.
            throw DialFailure(
                reason: presented.isRefused ? .identityChanged : .notCauserie,
                presented: presented.isRefused ? presented.fingerprint : nil, detail: "\(error)")
        }
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
        let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(timing.handshake)) {
            channel.close(mode: .all, promise: nil)
        }
        upgrade.whenComplete { result in
            deadline.cancel()
            if case .failure = result { channel.close(mode: .all, promise: nil) }
        }
        return upgrade
    }

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
        guard let error = error as? NIOConnectionError else {
            return (error as? IOError)?.errnoCode == ECONNREFUSED ? .connectionRefused : .unreachable
        }
        if error.connectionErrors.isEmpty, error.dnsAError != nil || error.dnsAAAAError != nil { return .unknownHost }
        let isRefused = error.connectionErrors.contains { ($0.error as? IOError)?.errnoCode == ECONNREFUSED }
        return isRefused ? .connectionRefused : .unreachable
    }
}
