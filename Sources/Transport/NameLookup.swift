import Glibc
import NIOCore
import NIOPosix
import Wire

/// Looks up server names off the network thread.
package enum NameLookup {
    /// All addresses of a host name or literal. Empty when the name is unknown or the resolver fails.
    package static func addresses(of host: String, port: UInt16) async -> [TransportAddress] {
        if let literal = IPAddress(host) { return [TransportAddress(literal, port: port)] }
        let found = try? await NIOThreadPool.singleton.runIfActive { resolve(host, port: port) }
        return found ?? []
    }

    /// In the system's order of preference, one of each family at most: more would ask one server several times.
    private static func resolve(_ host: String, port: UInt16) -> [TransportAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [TransportAddress] = []
        var next = list
        while let info = next?.pointee {
            next = info.ai_next
            guard let ip = address(of: info), !found.contains(where: { $0.ip.isIPv4 == ip.isIPv4 }) else { continue }
            found.append(TransportAddress(ip, port: port))
        }
        return found
    }

    /// The address bytes of `sockaddr_in` begin at 4, those of `sockaddr_in6` at 8.
    private static func address(of info: addrinfo) -> IPAddress? {
        guard let pointer = info.ai_addr else { return nil }
        let bytes = UnsafeRawBufferPointer(start: pointer, count: Int(info.ai_addrlen))
        switch info.ai_family {
        case AF_INET where bytes.count >= 8: return IPAddress(bytes: bytes[4..<8])
        case AF_INET6 where bytes.count >= 24: return IPAddress(bytes: bytes[8..<24])
        default: return nil
        }
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
