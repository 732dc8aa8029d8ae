/// Recognises HTTP heads and WebSocket frames in the two streams of a connection.
struct ConversationNames {
    private var toServer = StreamNames()
    private var toClient = StreamNames()

    /// What begins in `bytes`, which follow the earlier ones of the same direction.
    mutating func names(in bytes: [UInt8], going direction: TraceEvent.Direction) -> [TraceName] {
        switch direction {
        case .toServer: return toServer.names(in: bytes)
        case .toClient:
            let wasWebSocket = toClient.isWebSocket
            let names = toClient.names(in: bytes)
            // The server's "101 Switching Protocols" speaks for both directions.
            if toClient.isWebSocket, !wasWebSocket { toServer.becomeWebSocket(of: .client, toClient.deflate) }
            return names
        }
    }
}

/// Recognises what begins in one stream.
struct StreamNames {
    /// A head that goes on is none that is worth naming.
    private static let longestHead = 65_536

    /// The beginning of a head that is not complete.
    private var pending: [UInt8] = []
    /// Once the stream has become one of WebSocket frames.
    private var frames: WebSocketNames?
    /// What the server has agreed to about compression, when its head is in this stream.
    private(set) var deflate: DeflateParameters?

    var isWebSocket: Bool { frames != nil }

    mutating func becomeWebSocket(of sender: WebSocketRole, _ deflate: DeflateParameters?) {
        pending = []
        frames = WebSocketNames(sender: sender, deflate: deflate)
    }

    mutating func names(in bytes: [UInt8]) -> [TraceName] {
        var rest = bytes[...]
        var names: [TraceName] = []
        if frames == nil { rest = takeHead(rest, into: &names) }
        if !rest.isEmpty { frames?.take(rest, into: &names) }
        return names
    }

    /// Looks for an HTTP head at the beginning; gives what follows the head that turns the stream into WebSocket.
    private mutating func takeHead(_ bytes: ArraySlice<UInt8>, into names: inout [TraceName]) -> ArraySlice<UInt8> {
        // Most of what passes is no head, which its first byte tells: a method or "HTTP" begins with a capital letter.
        guard let first = pending.first ?? bytes.first, (0x41...0x5A).contains(first) else {
            pending = []
            return []
        }
        pending += bytes
        let line = pending.prefix { $0 != 0x0D && $0 != 0x0A }
        guard line.count < pending.count else {
            if pending.count > 8_192 || !Self.mayBeHead(pending) { pending = [] }
            return []
        }
        guard Self.mayBeHead(line), let first = String(validating: line, as: UTF8.self), Self.isHead(first) else {
            pending = []
            return []
        }
        guard let end = pending[...].firstIndex(of: [0x0D, 0x0A, 0x0D, 0x0A]) else {
            if pending.count > Self.longestHead { pending = [] }
            return []
        }
        let head = pending[..<end].split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
        let rest = pending[(end + 4)...]
        pending = []
        names.append(.http(first))
        guard first.hasPrefix("HTTP/1.1 101"), Self.values("upgrade", in: head).contains("websocket") else { return [] }
        deflate = Self.deflate(in: head)
        becomeWebSocket(of: .server, deflate)
        return rest
    }

    private static func isHead(_ line: String) -> Bool {
        let words = line.split(separator: " ")
        return line.hasPrefix("HTTP/1.") || words.count == 3 && words[2].hasPrefix("HTTP/1.")
    }

    /// Whether the beginning of a line without end is that of text.
    private static func mayBeHead(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.allSatisfy { (0x20...0x7E).contains($0) }
    }

    /// What a header says, in lower case, each line of its name by itself.
    private static func values(_ name: String, in head: [String]) -> [String] {
        head.dropFirst().compactMap { line in
            let line = line.lowercased()
            guard line.hasPrefix(name + ":") else { return nil }
            return HTTPSyntax.trimmed(line.dropFirst(name.count + 1).filter { $0 != "\r" })
        }
    }

    /// What a server's answer says of compression. Whether it answers the client's offer is the client's business.
    private static func deflate(in head: [String]) -> DeflateParameters? {
        let entries = ExtensionHeader.parse(values("sec-websocket-extensions", in: head)) ?? []
        guard let entry = entries.first(where: { $0.name == DeflateParameters.token }),
            let granted = DeflateOffer(entry.parameters)
        else { return nil }
        var parameters = DeflateParameters(
            serverNoContextTakeover: granted.serverNoContextTakeover,
            clientNoContextTakeover: granted.clientNoContextTakeover)
        parameters.serverMaxWindowBits = granted.serverMaxWindowBits ?? 15
        if case .bits(let bits)? = granted.clientMaxWindowBits { parameters.clientMaxWindowBits = bits }
        return parameters
    }
}
