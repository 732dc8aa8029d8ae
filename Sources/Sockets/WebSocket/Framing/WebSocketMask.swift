import NIOCore

/// The masking of what a client sends: an exclusive-or with a key of four bytes, over and over (RFC 6455 §5.3).
struct WebSocketMask: Sendable {
    private var key: UInt32

    /// - Parameter key: as on the wire, first byte in the highest bits.
    init(key: UInt32) { self.key = key }

    /// Masks, or unmasks, the next bytes of a payload; the key's place is kept from one part to the next.
    mutating func apply(to bytes: UnsafeMutableRawBufferPointer) {
        let word = UInt64(key.bigEndian) | UInt64(key.bigEndian) << 32
        var index = 0
        // Eight at a time, in the order that the bytes have in memory.
        while index + 8 <= bytes.count {
            let value = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            bytes.storeBytes(of: value ^ word, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        for (place, at) in (index..<bytes.count).enumerated() {
            bytes[at] ^= UInt8(truncatingIfNeeded: key >> (24 - 8 * UInt32(place & 3)))
        }
        let turn = UInt32(bytes.count & 3) * 8
        if turn > 0 { key = key << turn | key >> (32 - turn) }
    }

    /// As `apply(to:)`, over all readable bytes.
    mutating func apply(to buffer: inout ByteBuffer) {
        var mask = self
        buffer.withUnsafeMutableReadableBytes { mask.apply(to: $0) }
        self = mask
    }
}
