/// How messages are told apart in the stream of bytes that a connection is. Both ends must use the same.
///
/// Whatever the mode, TCP may split and join the bytes anywhere: messages come out as they went in.
public enum TransmissionMode: Sendable, Hashable {
    /// A decimal number, CR, LF, then that much message: `11\r\nHello World`. The default, as in the original.
    ///
    /// The message is UTF-8 on the wire, and text: only with ``SizeUnit/bytes`` may it be any bytes.
    case sizeHeader(SizeUnit = .utf16Units)

    /// The message, then a marker. Bytes that come in one piece with a marker, but after it, are dropped.
    ///
    /// For strict question and answer: a peer that sends its next message without waiting may lose it.
    case endMarker([UInt8] = TransmissionMode.endOfFile)

    /// The message, then a marker. What follows the marker is kept for the next read: right for Internet protocols,
    /// mostly with the marker CR LF.
    case bufferedEndMarker([UInt8] = TransmissionMode.endOfFile)

    /// Bytes as they are, in the pieces in which they happen to come.
    case raw

    /// The marker where none is named: the end-of-file character, 0x1A.
    public static let endOfFile: [UInt8] = [0x1A]

    /// The end of a line in Internet protocols: CR LF.
    public static let endOfLine: [UInt8] = [0x0D, 0x0A]

    /// What the number of a size header counts.
    ///
    /// The original counts characters. Its strings are made of 16-bit units, so that is the default; it differs from
    /// Unicode scalars only for scalars above U+FFFF, such as emoji, which count two.
    public enum SizeUnit: Sendable, Hashable {
        /// Units of UTF-16.
        case utf16Units
        /// Unicode scalars.
        case unicodeScalars
        /// Bytes: for binary messages, and for peers whose characters are bytes.
        case bytes
    }
}

extension TransmissionMode {
    /// Throws `invalidArgument` for a mode that no message could be read in.
    func check() throws(SocketError) {
        switch self {
        case .endMarker(let marker), .bufferedEndMarker(let marker):
            if marker.isEmpty { throw SocketError(.invalidArgument, "the end marker is empty") }
        case .sizeHeader, .raw: break
        }
    }

    /// The bytes that carry `message`.
    ///
    /// - Throws: `invalidArgument` when the mode cannot carry it: bytes that are no UTF-8 after a header that counts
    ///   characters, or an end marker inside a message of which the reader would drop the rest.
    public func encode(_ message: [UInt8]) throws(SocketError) -> [UInt8] {
        try check()
        switch self {
        case .raw: return message
        case .sizeHeader(let unit):
            var walk = CharacterWalk(unit: unit)
            guard walk.advance(over: message[...], units: .max), walk.bytes == message.count else {
                throw SocketError(.invalidArgument, "the message is not UTF-8: count bytes, or use another mode")
            }
            return Array("\(walk.units)\r\n".utf8) + message
        case .endMarker(let marker):
            let framed = message + marker
            guard framed[...].firstIndex(of: marker) == message.count else {
                throw SocketError(.invalidArgument, "the message contains its end marker")
            }
            return framed
        case .bufferedEndMarker(let marker): return message + marker
        }
    }
}
