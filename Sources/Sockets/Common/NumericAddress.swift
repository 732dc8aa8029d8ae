import Glibc

/// An IPv4 or IPv6 address written in figures.
enum NumericAddress: Sendable, Equatable {
    case v4([UInt8])
    case v6([UInt8])

    /// Nil for host names.
    init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self = .v4(withUnsafeBytes(of: four) { Array($0) })
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        self = .v6(withUnsafeBytes(of: six) { Array($0) })
    }
}
