import Glibc

/// This computer's addresses, to tell a person where it can be reached.
nonisolated enum LocalAddresses {
    /// The address that others on the network most likely use: IPv4 if there is one, never loopback or link-local. Nil
    /// without a network.
    static func preferred() -> String? {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return nil }
        defer { freeifaddrs(list) }
        var found: [(family: Int32, text: String)] = []
        var entry = list
        while let current = entry?.pointee {
            if let address = current.ifa_addr, isUsable(current.ifa_flags) {
                let family = Int32(address.pointee.sa_family)
                if let text = numeric(address, family), isRoutable(text, family) { found.append((family, text)) }
            }
            entry = current.ifa_next
        }
        return found.first { $0.family == AF_INET }?.text ?? found.first?.text
    }

    private static func isUsable(_ flags: UInt32) -> Bool {
        let wanted = UInt32(IFF_UP | IFF_RUNNING)
        return flags & wanted == wanted && flags & UInt32(IFF_LOOPBACK) == 0
    }

    private static func isRoutable(_ text: String, _ family: Int32) -> Bool {
        family == AF_INET ? !text.hasPrefix("169.254.") : !text.lowercased().hasPrefix("fe80") && !text.contains("%")
    }

    private static func numeric(_ address: UnsafeMutablePointer<sockaddr>, _ family: Int32) -> String? {
        let length: Int
        switch family {
        case AF_INET: length = MemoryLayout<sockaddr_in>.size
        case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
        default: return nil
        }
        var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let result = getnameinfo(
            address, socklen_t(length), &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
        guard result == 0 else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
