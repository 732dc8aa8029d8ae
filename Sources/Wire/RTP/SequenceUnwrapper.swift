/// Extends wrapping 16-bit sequence numbers to 64 bits, each by its nearest distance to the highest one seen.
package struct SequenceUnwrapper: Hashable, Sendable {
    /// The highest number seen so far.
    package private(set) var highest: Int64?

    package init() {}

    /// The extended number, which becomes the highest when it is newer. Never negative for a first cycle: counting
    /// starts one cycle up, so that packets from just before the first one have a place.
    package mutating func unwrap(_ number: UInt16) -> Int64 {
        let extended = peek(number)
        highest = max(highest ?? extended, extended)
        return extended
    }

    /// As `unwrap`, without remembering.
    package func peek(_ number: UInt16) -> Int64 {
        guard let highest else { return Int64(number) + 0x1_0000 }
        let distance = Int16(bitPattern: number &- UInt16(truncatingIfNeeded: highest))
        return highest + Int64(distance)
    }
}

/// Extends wrapping 32-bit RTP timestamps to 64 bits, each by its nearest distance to the newest one seen.
package struct TimestampUnwrapper: Hashable, Sendable {
    package private(set) var highest: Int64?

    package init() {}

    /// The extended timestamp, which becomes the newest when it is.
    package mutating func unwrap(_ timestamp: UInt32) -> Int64 {
        let extended = peek(timestamp)
        highest = max(highest ?? extended, extended)
        return extended
    }

    /// As `unwrap`, without remembering.
    package func peek(_ timestamp: UInt32) -> Int64 {
        guard let highest else { return Int64(timestamp) + 0x1_0000_0000 }
        let distance = Int32(bitPattern: timestamp &- UInt32(truncatingIfNeeded: highest))
        return highest + Int64(distance)
    }
}
