/// Recognises HTTP heads and WebSocket frames in the two streams of a connection.
struct ConversationNames: Sendable {
    private var toServer = StreamNames()
    private var toClient = StreamNames()

    /// What begins in `bytes`, which follow the earlier ones of the same direction.
    mutating func names(in bytes: [UInt8], going direction: TraceEvent.Direction) -> [String] {
        switch direction {
        case .toServer: return toServer.names(in: bytes)
        case .toClient:
            let names = toClient.names(in: bytes)
            // The server's "101 Switching Protocols" speaks for both directions.
            if toClient.isWebSocket { toServer.isWebSocket = true }
            return names
        }
    }
}

/// Recognises what begins in one stream.
struct StreamNames: Sendable {
    /// A head that goes on is none that is worth naming.
    private static let longestHead = 65_536

    /// Whether the stream has become one of WebSocket frames.
    var isWebSocket = false

    /// The beginning of something that is not complete.
    private var pending: [UInt8] = []
    /// How many bytes of a frame's payload are still to come.
    private var payload: UInt64 = 0

    mutating func names(in bytes: [UInt8]) -> [String] {
        var rest = bytes[...]
        var names: [String] = []
        if !isWebSocket { rest = takeHead(rest, into: &names) }
        if isWebSocket { takeFrames(rest, into: &names) }
        return names
    }

    /// Looks for an HTTP head at the beginning; gives what follows the head that turns the stream into WebSocket.
    private mutating func takeHead(_ bytes: ArraySlice<UInt8>, into names: inout [String]) -> ArraySlice<UInt8> {
        pending += bytes
        let line = pending.prefix { $0 != 0x0D && $0 != 0x0A }
        guard line.count < pending.count else {
            if pending.count > 8_192 || !Self.mayBeHead(pending) { pending = [] }
            return []
        }
        guard let first = String(validating: line, as: UTF8.self), Self.isHead(first) else {
            pending = []
            return []
        }
        guard let end = pending[...].firstIndex(of: [0x0D, 0x0A, 0x0D, 0x0A]) else {
            if pending.count > Self.longestHead { pending = [] }
            return []
        }
        let head = String(decoding: pending[..<end], as: UTF8.self).lowercased()
        let rest = pending[(end + 4)...]
        pending = []
        names.append("HTTP \(first)")
        isWebSocket = first.hasPrefix("HTTP/1.1 101") && head.contains("upgrade: websocket")
        return isWebSocket ? rest : []
    }

    private static func isHead(_ line: String) -> Bool {
        let words = line.split(separator: " ")
        return line.hasPrefix("HTTP/1.") || words.count == 3 && words[2].hasPrefix("HTTP/1.")
    }

    /// Whether the beginning of a line without end is that of text.
    private static func mayBeHead(_ bytes: [UInt8]) -> Bool { bytes.allSatisfy { (0x20...0x7E).contains($0) } }

    private mutating func takeFrames(_ bytes: ArraySlice<UInt8>, into names: inout [String]) {
        var rest = pending[...] + bytes
        while !rest.isEmpty {
            let skipped = Int(min(payload, UInt64(rest.count)))
            payload -= UInt64(skipped)
            rest = rest.dropFirst(skipped)
            guard payload == 0, let frame = WebSocketHead(rest) else { break }
            names.append(frame.name)
            payload = frame.payload
            rest = rest.dropFirst(frame.length)
        }
        pending = Array(rest)
    }
}

/// The head of a WebSocket frame (RFC 6455, 5.2).
private struct WebSocketHead {
    var name: String
    /// Of the head, with the mask.
    var length: Int
    var payload: UInt64

    /// Nil until it is complete.
    init?(_ bytes: ArraySlice<UInt8>) {
        let head = Array(bytes.prefix(14))
        guard head.count >= 2 else { return nil }
        let isMasked = head[1] & 0x80 != 0
        let extra = [126: 2, 127: 8][head[1] & 0x7F] ?? 0
        length = 2 + extra + (isMasked ? 4 : 0)
        guard head.count >= length else { return nil }
        payload = extra == 0 ? UInt64(head[1] & 0x7F) : head[2..<2 + extra].reduce(0) { $0 << 8 | UInt64($1) }
        let kind =
            switch head[0] & 0x0F {
            case 0: "continuation"
            case 1: "text"
            case 2: "binary"
            case 8: "close"
            case 9: "ping"
            case 10: "pong"
            default: "opcode \(head[0] & 0x0F)"
            }
        let marks = (head[0] & 0x80 == 0 ? ", not the last" : "") + (head[0] & 0x40 == 0 ? "" : ", compressed")
        name = "WebSocket \(kind), \(payload) bytes\(marks)"
    }
}
