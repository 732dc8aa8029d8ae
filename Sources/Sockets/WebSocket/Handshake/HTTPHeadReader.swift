import NIOCore

/// Takes one head from a stream of bytes, strictly: what two readers could read differently is refused.
///
/// The head has its own reader, and not the one of an HTTP library, because what follows it at once belongs to the
/// WebSocket, and because its bounds are those of an open port.
struct HTTPHeadReader {
    struct Failure: Error, Hashable {
        /// The status to answer a request with (RFC 9110 §15).
        var status: Int
        var reason: String
    }

    /// Bytes of a head, and fields in it.
    static let sizeLimit = 16 << 10
    static let fieldLimit = 100

    private var buffer = ByteBuffer()
    /// How far no end was found, so that a head that comes byte by byte is not read over and over.
    private var searched = 0

    /// The head, once it is complete. What follows it is `takeRest()`.
    mutating func read(_ bytes: ByteBuffer) throws(Failure) -> HTTPHead? {
        buffer.writeImmutableBuffer(bytes)
        let view = buffer.readableBytesView
        guard let end = endOfHead(view) else {
            searched = max(0, view.count - 3)
            guard view.count <= Self.sizeLimit else { throw Failure(status: 431, reason: "the head is too long") }
            return nil
        }
        guard end <= Self.sizeLimit else { throw Failure(status: 431, reason: "the head is too long") }
        guard let head = buffer.readBytes(length: end) else { return nil }
        return try Self.parse(head.dropLast(4))
    }

    /// What came after the head.
    mutating func takeRest() -> ByteBuffer {
        defer { buffer = ByteBuffer() }
        return buffer
    }

    private func endOfHead(_ view: ByteBufferView) -> Int? {
        view.withUnsafeBytes { bytes in
            var index = searched
            while index + 4 <= bytes.count {
                if bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self) == UInt32(bigEndian: 0x0D0A_0D0A) {
                    return index + 4
                }
                index += 1
            }
            return nil
        }
    }

    private static func parse(_ bytes: ArraySlice<UInt8>) throws(Failure) -> HTTPHead {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(status: 400, reason: "the head is not text")
        }
        // A carriage return and a line feed are one character to Swift.
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        guard let first = lines.first, lines.count <= fieldLimit + 1 else {
            throw Failure(status: 431, reason: "too many fields")
        }
        // The phrase of a response may hold blanks, and may be missing.
        let line = first.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard line.count >= 2, line.allSatisfy(HTTPSyntax.isFieldValue), !line[0].isEmpty, !line[1].isEmpty else {
            throw Failure(status: 400, reason: "the first line is not HTTP")
        }
        var fields: [HTTPHead.Field] = []
        for line in lines.dropFirst() {
            guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else {
                throw Failure(status: 400, reason: "a field without a colon")
            }
            let name = line[..<colon]
            let value = HTTPSyntax.trimmed(line[line.utf8.index(after: colon)...])
            // A token begins no folded line and has no blank before the colon (RFC 9112 §5.1, §5.2).
            guard HTTPSyntax.isToken(name), HTTPSyntax.isFieldValue(value) else {
                throw Failure(status: 400, reason: "a field with a character that it may not hold")
            }
            fields.append(HTTPHead.Field(String(name), value))
        }
        return HTTPHead(line: line, fields: fields)
    }
}
