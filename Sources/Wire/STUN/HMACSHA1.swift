/// Keyed-hash message authentication by SHA-1 (RFC 2104), as MESSAGE-INTEGRITY wants it (RFC 8489 §14.5).
package enum HMACSHA1 {
    /// The 20-byte code of `message`, given as parts so that a patched header needs no copy of the rest.
    package static func code(key: [UInt8], _ parts: ArraySlice<UInt8>...) -> [UInt8] {
        var block = key.count > SHA1.blockByteCount ? SHA1.digest(of: key) : key
        block += Array(repeating: 0, count: SHA1.blockByteCount - block.count)
        var inner = SHA1()
        inner.update(block.map { $0 ^ 0x36 })
        for part in parts { inner.update(part) }
        var outer = SHA1()
        outer.update(block.map { $0 ^ 0x5C })
        outer.update(inner.finalize())
        return outer.finalize()
    }
}

/// Compares secrets in a time that depends on their length only, so that a forger learns nothing byte by byte.
package func isEqualInConstantTime(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for (a, b) in zip(left, right) { difference |= a ^ b }
    return difference == 0
}
