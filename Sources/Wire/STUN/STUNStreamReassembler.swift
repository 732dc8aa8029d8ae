/// Cuts a TCP or TLS stream from a TURN server into STUN and ChannelData messages (RFC 8656 §2.1 and §12.5): the first two
/// bits tell which, the length that both have where the next begins.
package struct STUNStreamReassembler: Sendable {
    /// The largest message of either kind, padding included. No more than this and one read is ever held.
    package static let maximumMessageByteCount = STUNMessage.headerByteCount + 0xFFFF + 1

    private var pending: [UInt8] = []
    /// Where in `pending` the next message begins.
    private var start = 0
    /// The stream broke its rules: where the next message would begin cannot be known any more.
    package private(set) var isBroken = false

    package init() {}

    /// Takes what has been read. Call `next` until nil before the next call: the bytes of messages not taken pile up.
    package mutating func append(_ bytes: some Collection<UInt8>) {
        guard !isBroken else { return }
        if start > 0 {
            pending.removeFirst(start)
            start = 0
        }
        pending += bytes
    }

    /// The next whole message, without a ChannelData's padding; nil until more is read. Throws, then and for ever, when
    /// the stream is neither STUN nor ChannelData: the connection is to be closed.
    package mutating func next() throws(WireError) -> [UInt8]? {
        guard !isBroken else { throw .malformed("TURN stream") }
        var reader = ByteReader(pending[start...])
        guard reader.remaining >= ChannelData.headerByteCount else { return nil }
        let (first, length) = (try reader.readUInt16(), Int(try reader.readUInt16()))
        let byteCount: Int
        let padding: Int
        if ChannelData.numbers.contains(first) {
            byteCount = ChannelData.headerByteCount + length
            padding = (4 - (length & 3)) & 3
        } else if first & 0xC000 == 0, length.isMultiple(of: 4) {
            // The cookie as early as it is there: a stream of something else must not be waited for at length.
            if let cookie = try? reader.readUInt32(), cookie != STUNMessage.magicCookie { try refuse() }
            byteCount = STUNMessage.headerByteCount + length
            padding = 0
        } else {
            try refuse()
            return nil
        }
        guard pending.count - start >= byteCount + padding else { return nil }
        defer { start += byteCount + padding }
        return Array(pending[start..<start + byteCount])
    }

    private mutating func refuse() throws(WireError) {
        isBroken = true
        pending = []
        start = 0
        throw .malformed("TURN stream")
    }
}
