/// An NTP timestamp: seconds as 32.32 fixed point (RFC 3550 §4). Arithmetic wraps.
package struct NTPTime: Hashable, Sendable {
    package var value: UInt64

    package init(_ value: UInt64) { self.value = value }

    /// The middle 32 bits, as LSR, DLSR and XR use them (units of 1/65536 s).
    package var compact: UInt32 { UInt32(truncatingIfNeeded: value >> 16) }

    /// This time moved by a signed number of microseconds.
    package func advanced(byMicroseconds microseconds: Int64) -> NTPTime {
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        // `rest` is under a million in magnitude, so the product stays within 64 bits.
        let fraction = (rest << 32) / 1_000_000
        return NTPTime(value &+ UInt64(bitPattern: seconds &* 0x1_0000_0000) &+ UInt64(bitPattern: fraction))
    }

    /// Signed microseconds from `other` to this time; meaningful within 68 years.
    package func microseconds(since other: NTPTime) -> Int64 {
        let difference = Int64(bitPattern: value &- other.value)
        let seconds = difference >> 32
        let fraction = difference & 0xFFFF_FFFF
        return seconds &* 1_000_000 &+ ((fraction &* 1_000_000) >> 32)
    }

    /// Microseconds of a span in compact units of 1/65536 s.
    package static func microseconds(ofCompact span: UInt32) -> Int64 { (Int64(span) * 1_000_000) >> 16 }

    /// A span of microseconds in compact units, clamped to 0...2^32-1.
    package static func compact(ofMicroseconds microseconds: Int64) -> UInt32 {
        guard microseconds > 0 else { return 0 }
        return UInt32(clamping: (min(microseconds, 65_535_000_000) << 16) / 1_000_000)
    }
}
