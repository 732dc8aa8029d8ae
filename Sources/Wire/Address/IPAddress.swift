/// An IPv4 or IPv6 address as bytes. No name is ever looked up here.
package enum IPAddress: Hashable, Sendable {
    /// Four bytes, most significant first.
    case v4(UInt32)
    /// Sixteen bytes, most significant half first.
    case v6(UInt64, UInt64)

    package var isIPv4: Bool {
        if case .v4 = self { true } else { false }
    }

    package var isLoopback: Bool {
        switch self {
        case .v4(let address): address >> 24 == 127
        case .v6(let high, let low): high == 0 && low == 1
        }
    }

    /// 169.254.0.0/16 and fe80::/10.
    package var isLinkLocal: Bool {
        switch self {
        case .v4(let address): address >> 16 == 0xA9FE
        case .v6(let high, _): high >> 54 == 0xFE80 >> 6
        }
    }

    package var isUnspecified: Bool {
        switch self {
        case .v4(let address): address == 0
        case .v6(let high, let low): high == 0 && low == 0
        }
    }

    package var isMulticast: Bool {
        switch self {
        case .v4(let address): address >> 28 == 0xE
        case .v6(let high, _): high >> 56 == 0xFF
        }
    }

    /// The address in network byte order: 4 or 16 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        switch self {
        case .v4(let address): bytes.write(address)
        case .v6(let high, let low):
            bytes.write(high)
            bytes.write(low)
        }
        return bytes
    }

    /// From 4 or 16 bytes in network byte order; nil for any other count.
    package init?(bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4: self = .v4(bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16:
            self = .v6(
                bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) })
        default: return nil
        }
    }
}
