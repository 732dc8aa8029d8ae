import Glibc
import RTC
import Wire

/// The local addresses that media may use, best first.
package enum NetworkInterfaces {
    /// Bridges and tunnels of containers and virtual machines: a correspondent is never behind them.
    private static let ignoredPrefixes = ["docker", "veth", "virbr", "vnet", "br-"]

    private struct Entry {
        var address: IPAddress
        /// Its link carries something: the cable is plugged in, the radio is associated.
        var isRunning: Bool
    }

    /// Addresses of interfaces that are up, without link-local ones.
    ///
    /// An interface whose link is down is left out while another one runs: where there is no other, its link may be back
    /// sooner than anything else. Loopback is included when `withLoopback` says so, or when the machine has no other
    /// address: then a call can only be with this machine itself.
    ///
    /// - Parameter allowed: names of the only interfaces to use; nil for all. Loopback is not among what they restrict.
    /// - Throws: `SystemCallError` when the system has none of the memory or descriptors that it takes.
    package static func addresses(withLoopback: Bool, allowed: Set<String>? = nil) throws -> [IPAddress] {
        var outside: [Entry] = []
        var loopback: [IPAddress] = []
        try enumerate { name, address, isRunning in
            guard !ignoredPrefixes.contains(where: name.hasPrefix), !address.isLinkLocal, !address.isMulticast,
                !address.isUnspecified, address.isLoopback || allowed?.contains(name) ?? true
            else { return }
            if address.isLoopback {
                if !loopback.contains(address) { loopback.append(address) }
            } else if !outside.contains(where: { $0.address == address }) {
                outside.append(Entry(address: address, isRunning: isRunning))
            }
        }
        let running = outside.filter(\.isRunning)
        let usable = (running.isEmpty ? outside : running).map(\.address)
        return withLoopback || usable.isEmpty ? usable + loopback : usable
    }

    /// Calls `body` for each address of an interface that is up.
    private static func enumerate(_ body: (String, IPAddress, Bool) -> Void) throws {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { throw SystemCallError(name: "getifaddrs", code: errno) }
        defer { freeifaddrs(list) }
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            let isUp = entry.ifa_flags & UInt32(IFF_UP) != 0
            guard isUp, let pointer = entry.ifa_addr, let address = address(at: pointer), let name = entry.ifa_name
            else { continue }
            body(String(cString: name), address, entry.ifa_flags & UInt32(IFF_RUNNING) != 0)
        }
    }

    /// The address bytes of `sockaddr_in` begin at 4, those of `sockaddr_in6` at 8.
    private static func address(at pointer: UnsafeMutablePointer<sockaddr>) -> IPAddress? {
        let bytes = UnsafeRawPointer(pointer)
        switch Int32(pointer.pointee.sa_family) {
        case AF_INET: return IPAddress(bytes: UnsafeRawBufferPointer(start: bytes + 4, count: 4))
        case AF_INET6: return IPAddress(bytes: UnsafeRawBufferPointer(start: bytes + 8, count: 16))
        default: return nil
        }
    }
}
