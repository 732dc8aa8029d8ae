import Glibc
import NIOCore
import NIOPosix

/// Looks up the host name of an address.
enum PeerName {
    /// Nil when the address has no name or the look-up fails.
    static func of(_ address: SocketAddress?) async -> String? {
        guard let address else { return nil }
        return try? await NIOThreadPool.singleton.runIfActive {
            var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let status = address.withSockAddr { pointer, size in
                getnameinfo(pointer, socklen_t(size), &name, socklen_t(name.count), nil, 0, NI_NAMEREQD)
            }
            guard status == 0 else { return nil }
            return name.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { String(cString: $0) }
            }
        }
    }
}
