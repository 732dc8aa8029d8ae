/// A SOCKS5 proxy through which clients reach their servers (RFC 1928, RFC 1929).
///
/// The target's name is resolved at the proxy: no name is looked up on this computer.
public struct SocketProxy: Sendable, Hashable {
    /// Where the proxy is.
    public var endpoint: SocketEndpoint

    /// The user, 1–255 bytes of UTF-8; nil for a proxy that asks for none.
    public var user: String?

    /// The password, 0–255 bytes of UTF-8; without meaning when there is no user.
    public var password: String

    /// The proxy at `host`:`port`; 1080 is the port of SOCKS.
    public init(host: String, port: Int = 1080, user: String? = nil, password: String = "") {
        endpoint = SocketEndpoint(host: host, port: port)
        self.user = user
        self.password = password
    }
}
