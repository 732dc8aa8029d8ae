public import NIOCore

/// One end of a connection: a host and a port.
///
/// The host of a peer is a numeric address (`192.0.2.7`, `2001:db8::7`), the host of a server that a client asks for
/// may be a name. An infrared or Bluetooth device has its device address as host and its channel as port.
public struct SocketEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// A numeric address or a host name, without brackets.
    public var host: String

    /// The port, 0–65535; 0 asks the system for a free one where a socket is created.
    public var port: Int

    /// The endpoint `host`:`port`.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// The endpoint that `text` names as `host:port`, with brackets around IPv6 addresses; nil when it is none, or its
    /// port is not one of 1–65535.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65_535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.init(host: String(host), port: port)
    }

    /// The endpoint behind an address of NIO; nil for Unix domain sockets.
    ///
    /// An IPv4 address that reached an IPv6 socket (`::ffff:192.0.2.7`) is given as what it is (`192.0.2.7`).
    public init?(_ address: NIOCore.SocketAddress?) {
        guard let address, let port = address.port, let host = address.ipAddress else { return nil }
        let inner = host.dropFirst("::ffff:".count)
        let isMapped = host.hasPrefix("::ffff:") && inner.contains(".")
        self.init(host: isMapped ? String(inner) : host, port: port)
    }

    /// `host:port`, with brackets around IPv6 addresses.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
