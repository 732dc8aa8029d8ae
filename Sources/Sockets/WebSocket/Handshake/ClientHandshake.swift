/// A client's half of the opening handshake (RFC 6455 §4.1).
struct ClientHandshake {
    let url: WebSocketURL
    let subprotocols: [String]
    let compression: WebSocketCompression?
    /// The whole request.
    let request: HTTPHead
    private let key: String

    /// Names that the handshake writes itself.
    private static let reserved: Set<String> = [
        "host", "upgrade", "connection", "sec-websocket-key", "sec-websocket-version", "sec-websocket-protocol",
        "sec-websocket-extensions", "content-length", "transfer-encoding",
    ]

    struct Acceptance: Hashable {
        var subprotocol: String?
        var deflate: DeflateParameters?
    }

    /// - Throws: `invalidArgument` for a subprotocol or a header that cannot be sent.
    init(
        url: WebSocketURL, subprotocols: [String], headers: [HTTPHead.Field], compression: WebSocketCompression?,
        key: String = HandshakeKey.random()
    ) throws(SocketError) {
        guard subprotocols.allSatisfy(HTTPSyntax.isToken), Set(subprotocols).count == subprotocols.count else {
            throw SocketError(.invalidArgument, "subprotocols must be different words without blanks")
        }
        for field in headers {
            guard HTTPSyntax.isToken(field.name), HTTPSyntax.isFieldValue(field.value),
                !Self.reserved.contains(field.name.lowercased())
            else { throw SocketError(.invalidArgument, "the header \(field.name) cannot be sent") }
        }
        var fields = [
            HTTPHead.Field("Host", url.authority), HTTPHead.Field("Upgrade", "websocket"),
            HTTPHead.Field("Connection", "Upgrade"), HTTPHead.Field("Sec-WebSocket-Key", key),
            HTTPHead.Field("Sec-WebSocket-Version", "13"),
        ]
        if !subprotocols.isEmpty {
            fields.append(HTTPHead.Field("Sec-WebSocket-Protocol", subprotocols.joined(separator: ", ")))
        }
        if let compression {
            fields.append(HTTPHead.Field("Sec-WebSocket-Extensions", compression.offer.headerValue))
        }
        self.url = url
        self.subprotocols = subprotocols
        self.compression = compression
        self.key = key
        request = HTTPHead(line: ["GET", url.target, "HTTP/1.1"], fields: fields + headers)
    }

    /// Whether the server's head opens the WebSocket (§4.1, the second list).
    func read(_ head: HTTPHead) throws(SocketError) -> Acceptance {
        guard head.line[0] == "HTTP/1.1" else { throw broken("the answer is not HTTP/1.1") }
        guard head.line[1] == "101" else {
            throw broken("the server refuses the WebSocket: \(head.line.dropFirst().joined(separator: " "))")
        }
        guard head.value("upgrade")?.lowercased() == "websocket", head.lists("upgrade", in: "connection") else {
            throw broken("the answer does not upgrade to a WebSocket")
        }
        guard head.value("sec-websocket-accept") == HandshakeKey.accept(key) else {
            throw broken("the answer does not belong to this request")
        }
        let chosen = head.values("sec-websocket-protocol")
        guard chosen.count <= 1, chosen.allSatisfy(subprotocols.contains) else {
            throw broken("the server chose a subprotocol that was not offered")
        }
        return Acceptance(subprotocol: chosen.first, deflate: try agreement(head))
    }

    private func agreement(_ head: HTTPHead) throws(SocketError) -> DeflateParameters? {
        guard let extensions = ExtensionHeader.parse(head.values("sec-websocket-extensions")) else {
            throw broken("the answer's extensions cannot be read")
        }
        guard let first = extensions.first else { return nil }
        guard extensions.count == 1, let parameters = compression?.agree(to: first) else {
            throw broken("the server chose extensions that were not offered")
        }
        return parameters
    }

    private func broken(_ detail: String) -> SocketError {
        SocketError(.protocolViolation, peer: SocketEndpoint(host: url.host, port: url.port), detail)
    }
}
