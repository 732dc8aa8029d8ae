import NIOCore
import Wire

extension TransportAddress {
    /// Nil for anything but IPv4 and IPv6.
    package init?(_ address: SocketAddress) {
        let parsed: TransportAddress? = address.withSockAddr { pointer, count in
            let bytes = UnsafeRawBufferPointer(start: pointer, count: count)
            // sockaddr_in: family, port, 4 bytes; sockaddr_in6: family, port, flow, 16 bytes.
            guard count >= 8, let port = UInt16(exactly: UInt32(bytes[2]) << 8 | UInt32(bytes[3])) else { return nil }
            switch address.protocol {
            case .inet: return IPAddress(bytes: bytes[4..<8]).map { TransportAddress($0, port: port) }
            case .inet6 where count >= 24:
                return IPAddress(bytes: bytes[8..<24]).map { TransportAddress($0, port: port) }
            default: return nil
            }
        }
        guard let parsed else { return nil }
        self = parsed
    }

    /// The same address as a socket takes it; nil only where the system knows no such family.
    package var socketAddress: SocketAddress? {
        try? SocketAddress(packedIPAddress: ByteBuffer(bytes: ip.bytes), port: Int(port))
    }
}
