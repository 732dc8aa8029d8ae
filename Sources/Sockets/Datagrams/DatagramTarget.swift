import NIOCore
import NIOPosix

/// Where a datagram goes, in the family of the socket that sends it.
enum DatagramTarget {
    /// - Throws: `unknownHost`; `unreachable` for an IPv6 address and a socket of IPv4.
    static func address(
        of target: SocketEndpoint, from family: NIOBSDSocket.ProtocolFamily
    ) async throws(SocketError) -> SocketAddress {
        do {
            if let numeric = NumericAddress(target.host) {
                let host = numeric.isFour && family == .inet6 ? "::ffff:\(target.host)" : target.host
                let address = try SocketAddress(ipAddress: host, port: target.port)
                guard address.protocol == family else {
                    throw SocketError(.unreachable, peer: target, "an IPv4 socket does not reach IPv6 addresses")
                }
                return address
            }
            let found = try await NIOThreadPool.singleton.runIfActive {
                try SocketAddress.makeAddressResolvingHost(target.host, port: target.port)
            }
            guard let host = found.ipAddress else { throw SocketAddressError.unsupported }
            return try await address(of: SocketEndpoint(host: host, port: target.port), from: family)
        } catch {
            throw SocketError(cause: error, peer: target)
        }
    }
}

extension NumericAddress {
    fileprivate var isFour: Bool {
        if case .v4 = self { true } else { false }
    }
}
