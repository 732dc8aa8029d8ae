import Wire

/// A look at handshake messages in plain text before OpenSSL sees them (RFC 6347 §4.2.2).
///
/// Nobody has signed them. OpenSSL 3.0 gives a handshake up over a fragment that lies about its length, even one that is
/// far ahead of its turn: one forged datagram would end a call that is being set up (webrtc.md §5.4).
enum PlainHandshakeCheck {
    /// A certificate chain of several RSA keys fits; OpenSSL's own bound is about the same.
    private static let messageCap: UInt32 = 16_384

    /// False for a datagram with such a fragment, which is to be dropped as if it had been lost.
    static func isSound(_ datagram: [UInt8]) -> Bool {
        var reader = ByteReader(datagram)
        while let (isPlainHandshake, body) = try? record(&reader) {
            if isPlainHandshake, !hasSoundFragments(body) { return false }
        }
        return true
    }

    /// What follows a broken record is OpenSSL's to drop.
    private static func record(_ reader: inout ByteReader) throws(WireError) -> (Bool, ArraySlice<UInt8>) {
        let type = try reader.readUInt8()
        try reader.skip(2)
        let epoch = try reader.readUInt16()
        try reader.skip(6)
        let count = Int(try reader.readUInt16())
        return (type == 22 && epoch == 0, try reader.readBytes(count))
    }

    private static func hasSoundFragments(_ record: ArraySlice<UInt8>) -> Bool {
        var reader = ByteReader(record)
        while !reader.isAtEnd {
            guard let isSound = try? fragment(&reader), isSound else { return false }
        }
        return true
    }

    private static func fragment(_ reader: inout ByteReader) throws(WireError) -> Bool {
        try reader.skip(1)
        let total = try reader.readUInt24()
        try reader.skip(2)
        let (offset, count) = (try reader.readUInt24(), try reader.readUInt24())
        try reader.skip(Int(count))
        // One without a byte is only right where the whole message has none.
        return total <= messageCap && offset + count <= total && (count > 0 || total == 0)
    }
}
