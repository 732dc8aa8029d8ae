import Glibc
import NIOCore
import Wire

/// Which of this machine's addresses leads to another one, by the system's routes.
enum LocalRoute {
    /// Nil where no route leads there. A connected UDP socket has an address without a datagram being sent.
    static func source(to remote: SocketAddress) -> IPAddress? {
        let family = remote.protocol == .inet6 ? AF_INET6 : AF_INET
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        let isConnected = remote.withSockAddr { pointer, count in
            connect(descriptor, pointer, socklen_t(count)) == 0
        }
        guard isConnected else { return nil }
        var storage = [UInt8](repeating: 0, count: 128)
        var length = socklen_t(storage.count)
        let isKnown = storage.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map {
                getsockname(descriptor, $0.assumingMemoryBound(to: sockaddr.self), &length) == 0
            } ?? false
        }
        guard isKnown else { return nil }
        // The address of a sockaddr_in begins at 4, that of a sockaddr_in6 at 8.
        return family == AF_INET ? IPAddress(bytes: storage[4..<8]) : IPAddress(bytes: storage[8..<24])
    }
}
