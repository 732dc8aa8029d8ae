import NIOCore
import NIOPosix
import Wire

/// Looks up server names off the network thread.
package enum NameLookup {
    /// All addresses of a host name or literal. Empty when the name is unknown or the resolver fails.
    package static func addresses(of host: String, port: UInt16) async -> [TransportAddress] {
        if let literal = IPAddress(host) { return [TransportAddress(literal, port: port)] }
        let looked = try? await NIOThreadPool.singleton.runIfActive {
            try SocketAddress.makeAddressResolvingHost(host, port: Int(port))
        }
        return looked.flatMap(TransportAddress.init).map { [$0] } ?? []
    }

    /// Splits `stun:host:port`, `host:port`, `[v6]:port` or `host`; nil when the port is not a number.
    package static func parseServer(_ text: String, defaultPort: UInt16) -> (host: String, port: UInt16)? {
        var rest = Substring(text)
        if rest.hasPrefix("stun:") { rest = rest.dropFirst(5) }
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
            let host = String(rest[rest.index(after: rest.startIndex)..<end])
            let tail = rest[rest.index(after: end)...]
            guard !tail.isEmpty else { return (host, defaultPort) }
            guard tail.hasPrefix(":"), let port = UInt16(tail.dropFirst()), port > 0 else { return nil }
            return (host, port)
        }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return parts[0].isEmpty ? nil : (String(parts[0]), defaultPort)
        case 2:
            guard !parts[0].isEmpty, let port = UInt16(parts[1]), port > 0 else { return nil }
            return (String(parts[0]), port)
        default: return IPAddress(String(rest)).map { _ in (String(rest), defaultPort) }
        }
    }
}
