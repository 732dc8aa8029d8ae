/// Which of the last packets of sound have come, in whatever form: so that what is repeated to be on the safe side is
/// handed on only where it is missing.
struct AudioArrivals: Sendable {
    private static let span: Int64 = 64
    private var highest: Int64?
    /// Bit n stands for `highest` - n.
    private var seen: UInt64 = 0

    /// Notes a packet that came, or its copy. False when it was there already, or is too old to be known.
    mutating func insert(_ number: Int64) -> Bool {
        guard let highest else {
            self.highest = number
            seen = 1
            return true
        }
        // Numbers leap when a source begins anew.
        let distance = number &- highest
        if distance > 0 {
            seen = distance < Self.span ? seen << UInt64(distance) | 1 : 1
            self.highest = number
            return true
        }
        guard distance > -Self.span else { return false }
        let bit = UInt64(1) << UInt64(-distance)
        defer { seen |= bit }
        return seen & bit == 0
    }
}
