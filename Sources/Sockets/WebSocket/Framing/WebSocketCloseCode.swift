/// Why a WebSocket ends, as a number on the wire (RFC 6455 §7.4 and IANA's registry).
public struct WebSocketCloseCode: Hashable, Sendable, RawRepresentable, CustomStringConvertible {
    /// The number on the wire.
    public var rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The purpose is fulfilled.
    public static let normal = WebSocketCloseCode(rawValue: 1000)
    /// The server stops, or the page is left.
    public static let goingAway = WebSocketCloseCode(rawValue: 1001)
    /// A rule of the protocol was broken.
    public static let protocolError = WebSocketCloseCode(rawValue: 1002)
    /// A kind of data that the receiver does not take.
    public static let unsupportedData = WebSocketCloseCode(rawValue: 1003)
    /// The close frame held no code. Never on the wire.
    public static let noStatus = WebSocketCloseCode(rawValue: 1005)
    /// The connection was lost without a close frame. Never on the wire.
    public static let abnormal = WebSocketCloseCode(rawValue: 1006)
    /// A text that is not UTF-8, or compressed data that cannot be expanded.
    public static let invalidPayload = WebSocketCloseCode(rawValue: 1007)
    /// A rule of the application was broken.
    public static let policyViolation = WebSocketCloseCode(rawValue: 1008)
    /// A message or frame over the limit.
    public static let messageTooBig = WebSocketCloseCode(rawValue: 1009)
    /// The server did not agree to an extension that the client needs.
    public static let missingExtension = WebSocketCloseCode(rawValue: 1010)
    /// The server met a condition that it did not expect.
    public static let internalError = WebSocketCloseCode(rawValue: 1011)
    /// The server restarts.
    public static let serviceRestart = WebSocketCloseCode(rawValue: 1012)
    /// The server is overloaded.
    public static let tryAgainLater = WebSocketCloseCode(rawValue: 1013)

    /// Whether the code may stand in a close frame: one that the protocol defines for that, or one of a library or an
    /// application (RFC 6455 §7.4.2).
    public var isAllowedOnWire: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    public var description: String { String(rawValue) }
}

/// How a WebSocket ended.
public struct WebSocketClosure: Hashable, Sendable {
    /// The far side's code where it sent one; otherwise this side's, `noStatus` or `abnormal`.
    public var code: WebSocketCloseCode
    /// UTF-8 of at most 123 bytes; written by a stranger where `isRemote`.
    public var reason: String
    /// Whether the far side began the end.
    public var isRemote: Bool
    /// Whether both sides sent their close frame.
    public var isClean: Bool

    public init(code: WebSocketCloseCode, reason: String = "", isRemote: Bool, isClean: Bool) {
        self.code = code
        self.reason = reason
        self.isRemote = isRemote
        self.isClean = isClean
    }
}
