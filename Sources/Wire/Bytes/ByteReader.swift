/// A checked cursor over received bytes, in network byte order. Reading past the end throws, never traps.
package struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private var index: Int

    package init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        index = bytes.startIndex
    }

    package init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    /// Bytes not yet read.
    package var remaining: Int { bytes.endIndex - index }

    package var isAtEnd: Bool { index == bytes.endIndex }

    /// Bytes read so far.
    package var offset: Int { index - bytes.startIndex }

    /// The bytes not yet read, without reading them.
    package var rest: ArraySlice<UInt8> { bytes[index...] }

    /// One byte. Throws `truncated`, as all of these do, and then has read nothing.
    package mutating func readUInt8() throws(WireError) -> UInt8 {
        guard index < bytes.endIndex else { throw .truncated }
        defer { index += 1 }
        return bytes[index]
    }

    /// Two bytes, the high one first.
    package mutating func readUInt16() throws(WireError) -> UInt16 {
        UInt16(truncatingIfNeeded: try readInteger(byteCount: 2))
    }

    /// Three bytes, the highest first.
    package mutating func readUInt24() throws(WireError) -> UInt32 {
        UInt32(truncatingIfNeeded: try readInteger(byteCount: 3))
    }

    /// Four bytes, the highest first.
    package mutating func readUInt32() throws(WireError) -> UInt32 {
        UInt32(truncatingIfNeeded: try readInteger(byteCount: 4))
    }

    /// Eight bytes, the highest first.
    package mutating func readUInt64() throws(WireError) -> UInt64 {
        try readInteger(byteCount: 8)
    }

    /// The next `count` bytes, shared with the input (no copy).
    package mutating func readBytes(_ count: Int) throws(WireError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else { throw .truncated }
        defer { index += count }
        return bytes[index..<index + count]
    }

    /// Leaves bytes out. Throws `truncated` where there are fewer.
    package mutating func skip(_ count: Int) throws(WireError) {
        guard count >= 0, count <= remaining else { throw .truncated }
        index += count
    }

    private mutating func readInteger(byteCount: Int) throws(WireError) -> UInt64 {
        guard byteCount <= remaining else { throw .truncated }
        var value: UInt64 = 0
        for _ in 0..<byteCount {
            value = value << 8 | UInt64(bytes[index])
            index += 1
        }
        return value
    }
}
