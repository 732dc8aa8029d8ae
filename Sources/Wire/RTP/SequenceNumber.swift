/// Turns wrapping counters of the wire into ever-growing numbers, by the shortest way from the last one.
package struct SequenceUnwrapper: Hashable, Sendable {
    private var last: Int64?

    package init() {}

    /// The number nearest to the one before that has these low 16 bits.
    package mutating func unwrap(_ value: UInt16) -> Int64 {
        guard let last else {
            // Room below, for packets that were overtaken by the first one.
            let first = Int64(value) + 65_536
            self.last = first
            return first
        }
        let difference = Int16(bitPattern: value &- UInt16(truncatingIfNeeded: last))
        let unwrapped = last &+ Int64(difference)
        if unwrapped > last { self.last = unwrapped }
        return unwrapped
    }
}

/// As `SequenceUnwrapper`, for 32 bits of RTP time.
package struct TimestampUnwrapper: Hashable, Sendable {
    private var last: Int64?

    package init() {}

    package mutating func unwrap(_ value: UInt32) -> Int64 {
        guard let last else {
            let first = Int64(value) + 1 << 32
            self.last = first
            return first
        }
        let unwrapped = last &+ Int64(Int32(bitPattern: value &- UInt32(truncatingIfNeeded: last)))
        if unwrapped > last { self.last = unwrapped }
        return unwrapped
    }
}
