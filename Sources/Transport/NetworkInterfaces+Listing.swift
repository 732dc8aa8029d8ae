import NIOCore
import Wire

/// A network interface that media may use, with its addresses.
package struct NetworkInterface: Hashable, Sendable {
    /// `eth0`
    package let name: String
    package fileprivate(set) var addresses: [IPAddress]
}

extension NetworkInterfaces {
    /// The interfaces whose addresses `addresses(withLoopback: false)` tells, in the system's order; none without a network.
    package static func list(allowed: Set<String>? = nil) throws -> [NetworkInterface] {
        let usable = Set(try addresses(withLoopback: false, allowed: allowed).filter { !$0.isLoopback })
        var interfaces: [NetworkInterface] = []
        for device in try System.enumerateDevices() {
            guard let address = device.address.flatMap(TransportAddress.init)?.ip, usable.contains(address),
                allowed?.contains(device.name) ?? true
            else { continue }
            if let index = interfaces.firstIndex(where: { $0.name == device.name }) {
                interfaces[index].addresses.append(address)
            } else {
                interfaces.append(NetworkInterface(name: device.name, addresses: [address]))
            }
        }
        return interfaces
    }

    /// The devices, one entry for each address, through which such addresses are reached.
    static func devices(
        withLoopback: Bool, allowed: Set<String>?
    ) throws -> [(device: NIONetworkDevice, address: IPAddress)] {
        let usable = Set(try addresses(withLoopback: withLoopback, allowed: allowed))
        return try System.enumerateDevices().compactMap { device in
            guard let address = device.address.flatMap(TransportAddress.init)?.ip, usable.contains(address),
                address.isLoopback || allowed?.contains(device.name) ?? true
            else { return nil }
            return (device, address)
        }
    }
}
