import FoundationEssentials

/// Where a WebSocket is: `ws://host:port/path?query`, or `wss://` (RFC 6455 §3).
public struct WebSocketURL: Hashable, Sendable, CustomStringConvertible {
    /// Whether TLS is spoken.
    public let isSecure: Bool
    /// A name or an address, without brackets.
    public let host: String
    /// 80 and 443 unless the address says otherwise.
    public let port: Int
    /// Path and query as sent, percent-encoded.
    public let target: String

    /// - Throws: `invalidArgument` for anything that is no address of a WebSocket; a user or a fragment has no place in one.
    public init(_ text: String) throws(SocketError) {
        guard let components = URLComponents(string: text), let scheme = components.scheme?.lowercased(),
            scheme == "ws" || scheme == "wss", let host = components.host, !host.isEmpty,
            components.user == nil, components.password == nil, components.fragment == nil
        else { throw SocketError(.invalidArgument, "\(text) is not the address of a WebSocket") }
        isSecure = scheme == "wss"
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        port = components.port ?? (scheme == "wss" ? 443 : 80)
        let path = components.percentEncodedPath
        let query = components.percentEncodedQuery.map { "?" + $0 } ?? ""
        target = (path.hasPrefix("/") ? path : "/" + path) + query
        guard (1...65_535).contains(port), self.host.utf8.allSatisfy({ (33...126).contains($0) }),
            target.utf8.allSatisfy({ (33...126).contains($0) })
        else { throw SocketError(.invalidArgument, "\(text) is not the address of a WebSocket") }
    }

    /// Host and port as a request names them.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    public var description: String { (isSecure ? "wss://" : "ws://") + authority + target }
}
