/// Finds the messages in a stream of bytes, in any transmission mode: a value without a socket.
public struct MessageDecoder: Sendable {
    /// How the messages are told apart. Bytes not yet read stay, and are read in the new mode.
    public var mode: TransmissionMode {
        didSet { forget() }
    }

    /// The longest message, in bytes.
    public let limit: Int

    /// More digits than any size has: a header that goes on is none.
    private static let longestHeader = 20

    private var bytes: [UInt8] = []
    /// Where the unread bytes begin: cutting them off one message at a time would copy the rest each time.
    private var start = 0
    /// How many unread bytes are known to hold no end marker.
    private var searched = 0
    /// The header being obeyed: its length, the units it promises and the walk over what has come of them.
    private var header: (length: Int, units: Int, walk: CharacterWalk)?

    /// A decoder for messages of at most `limit` bytes, 64 MiB unless told otherwise.
    public init(mode: TransmissionMode = .sizeHeader(), limit: Int = 64 << 20) {
        self.mode = mode
        self.limit = limit
    }

    /// How many bytes wait for the rest of their message, or to be read.
    public var count: Int { bytes.count - start }

    /// Takes a piece of the stream, as it came.
    public mutating func append(_ piece: some Collection<UInt8>) {
        if start > 0, start >= bytes.count / 2 {
            bytes.removeFirst(start)
            start = 0
        }
        bytes.append(contentsOf: piece)
    }

    /// The next message, or nil until more has come.
    ///
    /// - Parameter maximum: in raw mode, the most bytes to give; 4096 by default, as in the original. Without meaning
    ///   in the other modes.
    /// - Throws: `badFraming` or `tooLong` for a stream that holds no further message; it cannot be read on.
    public mutating func next(maximum: Int = 4096) throws(SocketError) -> [UInt8]? {
        switch mode {
        case .raw: count == 0 ? nil : take(min(max(maximum, 1), count))
        case .sizeHeader(let unit): try nextCounted(unit)
        case .endMarker(let marker): try nextMarked(marker, keepsRest: false)
        case .bufferedEndMarker(let marker): try nextMarked(marker, keepsRest: true)
        }
    }

    private mutating func nextCounted(_ unit: TransmissionMode.SizeUnit) throws(SocketError) -> [UInt8]? {
        if header == nil {
            guard let (length, units) = try readHeader() else { return nil }
            header = (length, units, CharacterWalk(unit: unit))
        }
        guard let (length, units, _) = header else { return nil }
        guard header?.walk.advance(over: bytes[(start + length)...], units: units) == true else {
            throw SocketError(.badFraming, "the message after the size header is not UTF-8 of that size")
        }
        guard let walk = header?.walk else { return nil }
        if walk.bytes > limit { throw tooLong }
        guard walk.units == units else { return nil }
        _ = take(length)
        return take(walk.bytes)
    }

    /// The header's length with its end of line, and its number; nil until it is complete.
    private func readHeader() throws(SocketError) -> (length: Int, units: Int)? {
        let line = bytes[start...].prefix(Self.longestHeader + 2)
        let digits = line.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let end = line.dropFirst(digits.count).prefix(2)
        let isSound = !digits.isEmpty && digits.count <= Self.longestHeader
        guard line.isEmpty || isSound && TransmissionMode.endOfLine.starts(with: end) else {
            throw SocketError(.badFraming, "the size header is not a number and an end of line")
        }
        guard end.count == 2 else { return nil }
        guard let units = Int(String(decoding: digits, as: UTF8.self)), units <= limit else { throw tooLong }
        return (digits.count + 2, units)
    }

    private mutating func nextMarked(_ marker: [UInt8], keepsRest: Bool) throws(SocketError) -> [UInt8]? {
        try mode.check()
        let from = max(searched - marker.count + 1, 0)
        guard let found = bytes[(start + from)...].firstIndex(of: marker) else {
            searched = count
            // The last bytes may be the first of the marker.
            if count - marker.count + 1 > limit { throw tooLong }
            return nil
        }
        guard found - start <= limit else { throw tooLong }
        let message = take(found - start)
        _ = take(keepsRest ? marker.count : count)
        return message
    }

    private mutating func take(_ count: Int) -> [UInt8] {
        defer {
            start += count
            forget()
        }
        return Array(bytes[start..<start + count])
    }

    private mutating func forget() {
        searched = 0
        header = nil
    }

    private var tooLong: SocketError { SocketError(.tooLong, "the message is longer than \(limit) bytes") }
}

extension ArraySlice<UInt8> {
    /// Where `pattern`, which is not empty, first begins.
    func firstIndex(of pattern: [UInt8]) -> Int? {
        guard let first = pattern.first, count >= pattern.count else { return nil }
        return withUnsafeBufferPointer { all in
            for offset in 0...(all.count - pattern.count) where all[offset] == first {
                if all[offset..<offset + pattern.count].elementsEqual(pattern) { return startIndex + offset }
            }
            return nil
        }
    }
}
