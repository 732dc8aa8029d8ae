/// Appending and patching integers in network byte order.
extension Array where Element == UInt8 {
    package mutating func write(_ value: UInt8) { append(value) }

    package mutating func write(_ value: UInt16) {
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    /// Appends the low 24 bits of `value`.
    package mutating func writeUInt24(_ value: UInt32) {
        append(UInt8(truncatingIfNeeded: value >> 16))
        write(UInt16(truncatingIfNeeded: value))
    }

    package mutating func write(_ value: UInt32) {
        write(UInt16(truncatingIfNeeded: value >> 16))
        write(UInt16(truncatingIfNeeded: value))
    }

    package mutating func write(_ value: UInt64) {
        write(UInt32(truncatingIfNeeded: value >> 32))
        write(UInt32(truncatingIfNeeded: value))
    }

    /// Overwrites two bytes at `index`, which must already be there; used for lengths known only at the end.
    package mutating func patch(_ value: UInt16, at index: Int) {
        self[index] = UInt8(truncatingIfNeeded: value >> 8)
        self[index + 1] = UInt8(truncatingIfNeeded: value)
    }

    /// Appends zeros until the count is a multiple of `alignment`.
    package mutating func pad(toMultipleOf alignment: Int) {
        while !count.isMultiple(of: alignment) { append(0) }
    }
}
