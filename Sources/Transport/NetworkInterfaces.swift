import NIOCore
import RTC
import Wire

/// The local addresses that media may use, best first.
package enum NetworkInterfaces {
    /// Bridges and tunnels of containers and virtual machines: a correspondent is never behind them.
    private static let ignoredPrefixes = ["docker", "veth", "virbr", "vnet", "br-"]

    /// Addresses of interfaces that are up, without link-local ones.
    ///
    /// Loopback is included when `withLoopback` says so, or when the machine has no other address: then a call can
    /// only be with this machine itself.
    ///
    /// - Parameter allowed: names of the only interfaces to use; nil for all. Loopback is not among what they restrict.
    package static func addresses(withLoopback: Bool, allowed: Set<String>? = nil) throws -> [IPAddress] {
        var outside: [IPAddress] = []
        var loopback: [IPAddress] = []
        for device in try System.enumerateDevices() {
            guard let address = device.address.flatMap(TransportAddress.init)?.ip,
                !ignoredPrefixes.contains(where: device.name.hasPrefix), !address.isLinkLocal, !address.isMulticast,
                !address.isUnspecified
            else { continue }
            guard address.isLoopback || allowed?.contains(device.name) ?? true else { continue }
            if address.isLoopback {
                if !loopback.contains(address) { loopback.append(address) }
            } else if !outside.contains(address) {
                outside.append(address)
            }
        }
        return withLoopback || outside.isEmpty ? outside + loopback : outside
    }
}
