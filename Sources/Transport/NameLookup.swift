import Glibc
import Logging
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

    /// The address of a computer by what is asked on the local networks alone: a literal, this computer itself, or a name
    /// below `local`. Nil for every other name, and for one that nobody answers for.
    package static func localAddress(
        of host: String, within boundary: LocalBoundary, on eventLoop: any EventLoop, logger: Logger
    ) async -> IPAddress? {
        if let literal = IPAddress(host) { return literal }
        if host == "localhost" { return .v4(0x7F00_0001) }
        var options = MulticastDNSOptions(allowedInterfaces: boundary.allowed)
        options.traffic = boundary.traffic
        let found = try? await MulticastDNSLookup.addresses(
            ofHost: host, options: options, on: eventLoop, logger: logger
        )
        .get()
        return found?.first { !$0.isLinkLocal }
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
}
