import NIOCore
import NIOHTTP1

/// From HTTP to plain bytes (RFC 9110 §7.8): for what is too large for messages. The side that dials.
struct BytesClientUpgrader<Connection: Sendable>: NIOTypedHTTPClientProtocolUpgrader {
    let supportedProtocol: String
    var requiredUpgradeHeaders: [String] { [] }
    /// Puts the connection at the end of the channel, on its event loop.
    let make: @Sendable (any Channel) throws -> Connection

    func addCustom(upgradeRequestHeaders: inout HTTPHeaders) {}

    func shouldAllowUpgrade(upgradeResponse: HTTPResponseHead) -> Bool { true }

    func upgrade(channel: any Channel, upgradeResponse: HTTPResponseHead) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture { try make(channel) }
    }
}

/// The side that is dialled.
struct BytesServerUpgrader<Connection: Sendable>: NIOTypedHTTPServerProtocolUpgrader {
    let supportedProtocol: String
    var requiredUpgradeHeaders: [String] { [] }
    let make: @Sendable (any Channel) throws -> Connection

    func buildUpgradeResponse(
        channel: any Channel, upgradeRequest: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
    ) -> EventLoopFuture<HTTPHeaders> {
        channel.eventLoop.makeSucceededFuture(initialResponseHeaders)
    }

    func upgrade(channel: any Channel, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture { try make(channel) }
    }
}
