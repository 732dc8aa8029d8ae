/// An input taken apart from its front: choices first, then pieces. What is not there any more reads as zero.
struct FuzzInput {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isEmpty: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func short() -> UInt16 { UInt16(byte()) << 8 | UInt16(byte()) }

    /// A piece with its length before it, at most 64 KiB.
    mutating func piece() -> [UInt8] {
        let count = Int(short())
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func remainder() -> [UInt8] {
        defer { rest = [] }
        return Array(rest)
    }
}
