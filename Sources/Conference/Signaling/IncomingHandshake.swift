import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import NIOWebSocket
import RTC
import Transport
import Wire

/// Who has come as far as an open WebSocket, or a way for a file's bytes, by what they speak.
enum IncomingConnection: Sendable {
    case call(SignalingConnection)
    case conversation(ConversationConnection)
    case file(FileConnection)

    func close() {
        switch self {
        case .call(let connection): connection.close()
        case .conversation(let connection): connection.close()
        case .file(let connection): connection.close()
        }
    }
}

/// A caller's way from TCP to an open WebSocket, within a time. What is not one is closed, with one line in the log.
struct IncomingHandshake {
    let channel: any Channel
    let timing: SignalingTiming
    let logger: Logger
    let onConnection: @Sendable (IncomingConnection) -> Void

    private var remote: TransportAddress? { channel.remoteAddress.flatMap(TransportAddress.init)?.withoutMapping }

    /// Counts the connection for as long as it is open.
    func admit(by admission: NIOLoopBoundBox<Admission>) -> Bool {
        guard let address = remote?.ip, admission.value.enter(address) else {
            // A line for each would let whoever connects without end fill the log.
            if let count = admission.value.refusalsToTell(at: .now()) {
                logger.notice("a connection too many is refused", metadata: ["from": "\(text)", "count": "\(count)"])
            }
            return false
        }
        channel.closeFuture.whenComplete { _ in admission.value.leave(address) }
        return true
    }

    private var text: String { remote.map { "\($0.ip)" } ?? "nowhere" }

    func start(_ context: NIOSSLContext) throws {
        let identity = PresentedIdentity()
        let tls = NIOSSLServerHandler(context: context, customVerificationCallback: identity.callback)
        try channel.pipeline.syncOperations.addHandler(tls)
        let upgrader = NIOTypedWebSocketServerUpgrader<IncomingConnection?>(
            maxFrameSize: SignalingMessage.frameLimit,
            shouldUpgrade: { channel, head in channel.eventLoop.makeSucceededFuture(Self.answer(to: head)) },
            upgradePipelineHandler: { [timing] channel, head in
                channel.eventLoop.makeCompletedFuture {
                    switch Self.subprotocol(of: head) {
                    case ConversationHandler.subprotocol:
                        .conversation(
                            try ConversationConnection(
                                channel: channel, isServer: true, identity: identity, timing: timing))
                    default:
                        .call(
                            try SignalingConnection(
                                channel: channel, isServer: true, identity: identity, timing: timing))
                    }
                }
            })
        let bytes = BytesServerUpgrader<IncomingConnection?>(supportedProtocol: FileConnection.protocolName) {
            .file(try FileConnection(channel: $0, identity: identity))
        }
        let upgrade = try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
            configuration: NIOUpgradableHTTPServerPipelineConfiguration(
                upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration(
                    upgraders: [upgrader, bytes],
                    notUpgradingCompletionHandler: { $0.eventLoop.makeSucceededFuture(nil) })))
        let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(timing.handshake)) { [channel] in
            channel.close(mode: .all, promise: nil)
        }
        upgrade.whenComplete { [channel, logger, onConnection, text] result in
            deadline.cancel()
            switch result {
            case .success(.some(let connection)): onConnection(connection)
            case .success(.none): Self.refuse(channel, logger, from: text, "HTTP without our WebSocket")
            case .failure(let error): Self.refuse(channel, logger, from: text, "\(error)")
            }
        }
    }

    /// Nil refuses: another path, or without a subprotocol of ours.
    private static func answer(to head: HTTPRequestHead) -> HTTPHeaders? {
        guard head.uri == "/", let subprotocol = subprotocol(of: head) else { return nil }
        return ["Sec-WebSocket-Protocol": subprotocol]
    }

    /// The first one of ours: a call, or a conversation.
    private static func subprotocol(of head: HTTPRequestHead) -> String? {
        let offered = head.headers[canonicalForm: "Sec-WebSocket-Protocol"]
        return ["json", ConversationHandler.subprotocol].first { offered.contains($0[...]) }
    }

    private static func refuse(_ channel: any Channel, _ logger: Logger, from: String, _ reason: String) {
        logger.notice(
            "a connection that is not a call is closed", metadata: ["from": "\(from)", "reason": "\(reason)"])
        channel.close(mode: .all, promise: nil)
    }
}
