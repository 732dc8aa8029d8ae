import NIOCore
import Wire

/// How many connections there are, in all and of each address. Lives on the listener's event loop.
struct Admission {
    private let timing: SignalingTiming
    private var counts: [IPAddress: Int] = [:]
    private var total = 0
    private var refusals = 0
    private var lastTold: NIODeadline?

    private static let pause = TimeAmount.seconds(1)

    init(timing: SignalingTiming) { self.timing = timing }

    /// False when there are too many already.
    mutating func enter(_ address: IPAddress) -> Bool {
        let network = Self.network(of: address)
        guard total < timing.connectionLimit, counts[network, default: 0] < timing.connectionLimitPerAddress else {
            refusals += 1
            return false
        }
        total += 1
        counts[network, default: 0] += 1
        return true
    }

    mutating func leave(_ address: IPAddress) {
        let network = Self.network(of: address)
        total -= 1
        let count = counts[network, default: 1] - 1
        counts[network] = count == 0 ? nil : count
    }

    /// How many were refused since that was last told; nil while it is too early to tell again.
    mutating func refusalsToTell(at now: NIODeadline) -> Int? {
        if let lastTold, now - lastTold < Self.pause { return nil }
        lastTold = now
        defer { refusals = 0 }
        return refusals
    }

    /// Whoever has one global IPv6 address has its whole /64 (RFC 4291 §2.5.4), and could come from another one each time.
    private static func network(of address: IPAddress) -> IPAddress {
        guard case .v6(let high, _) = address, !address.isLinkLocal else { return address }
        return .v6(high, 0)
    }
}
