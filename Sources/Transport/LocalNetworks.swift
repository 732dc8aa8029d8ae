import NIOCore
import Wire

/// The networks that this computer is on itself: what is in one of them is reached without a router.
package struct LocalNetworks: Sendable {
    struct Network: Hashable, Sendable {
        let interface: String
        /// This computer's own.
        let address: IPAddress
        /// Bits that all addresses of the network have in common.
        let prefixLength: Int

        func contains(_ other: IPAddress) -> Bool {
            address.isIPv4 == other.isIPv4 && Self.isSame(address.bytes, other.bytes, bits: prefixLength)
        }

        static func isSame(_ one: [UInt8], _ other: [UInt8], bits: Int) -> Bool {
            for (index, pair) in zip(one, other).enumerated() {
                let left = min(8, bits - index * 8)
                guard left > 0 else { return true }
                let mask = UInt8(truncatingIfNeeded: 0xFF00 >> left)
                if pair.0 & mask != pair.1 & mask { return false }
            }
            return true
        }
    }

    let networks: [Network]

    init(_ networks: [Network]) { self.networks = networks }

    /// As they are now; those of some interfaces only, if any are named. None where the system does not tell.
    package static func present(allowed: Set<String>? = nil) -> LocalNetworks {
        let usable = Set((try? NetworkInterfaces.addresses(withLoopback: false, allowed: allowed)) ?? [])
        let devices = (try? System.enumerateDevices()) ?? []
        return LocalNetworks(
            devices.compactMap { device in
                guard let address = device.address.flatMap(TransportAddress.init)?.ip, usable.contains(address),
                    allowed?.contains(device.name) ?? true,
                    device.pointToPointDestinationAddress == nil || address.isIPv4
                else { return nil }
                let mask = device.netmask.flatMap(TransportAddress.init)?.ip
                // Without a mask there is nobody but this computer.
                let length = mask.map { $0.bytes.reduce(0) { $0 + $1.nonzeroBitCount } } ?? address.bytes.count * 8
                return Network(interface: device.name, address: address, prefixLength: length)
            })
    }

    /// The interface through which an address is reached without a router; `lo` for what never leaves this computer. Nil for
    /// an address elsewhere.
    package func interface(for address: IPAddress) -> String? {
        if address.isLoopback || networks.contains(where: { $0.address == address }) { return "lo" }
        // The narrowest network is where the system sends it.
        return networks.filter { $0.contains(address) }.max { $0.prefixLength < $1.prefixLength }?.interface
    }

    /// This computer's address in the network that an address is in.
    package func ownAddress(towards address: IPAddress) -> IPAddress? {
        networks.filter { $0.contains(address) }.max { $0.prefixLength < $1.prefixLength }?.address
    }
}
