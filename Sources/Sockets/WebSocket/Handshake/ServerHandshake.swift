/// A server's half of the opening handshake (RFC 6455 §4.2).
struct ServerHandshake {
    /// In the server's order of preference; none is chosen where it is empty.
    var subprotocols: [String] = []
    /// Nil where messages are not compressed.
    var compression: WebSocketCompression?

    struct Acceptance: Hashable {
        /// The head that opens the WebSocket.
        var head: HTTPHead
        var subprotocol: String?
        var deflate: DeflateParameters?
    }

    /// A refusal, as an answer to send.
    struct Refusal: Error, Hashable {
        var response: HTTPResponse
    }

    /// What to answer a request that asks for a WebSocket.
    func answer(_ request: HTTPRequest) throws(Refusal) -> Acceptance {
        let head = request.head
        guard request.method == "GET" else {
            throw refusal(405, "a WebSocket begins with GET", [HTTPHead.Field("Allow", "GET")])
        }
        guard head.lists("websocket", in: "upgrade"), head.lists("upgrade", in: "connection") else {
            throw refusal(400, "Upgrade and Connection do not ask for a WebSocket")
        }
        guard head.value("sec-websocket-version") == "13" else {
            throw refusal(426, "only version 13 is spoken here", [HTTPHead.Field("Sec-WebSocket-Version", "13")])
        }
        guard let key = head.value("sec-websocket-key"), HandshakeKey.isValid(key) else {
            throw refusal(400, "Sec-WebSocket-Key is not 16 bytes in base64")
        }
        guard let extensions = ExtensionHeader.parse(head.values("sec-websocket-extensions")) else {
            throw refusal(400, "Sec-WebSocket-Extensions cannot be read")
        }
        let offered = HTTPSyntax.list(head.values("sec-websocket-protocol"))
        guard offered.allSatisfy(HTTPSyntax.isToken), Set(offered).count == offered.count else {
            throw refusal(400, "Sec-WebSocket-Protocol cannot be read")
        }
        var fields = [
            HTTPHead.Field("Upgrade", "websocket"), HTTPHead.Field("Connection", "Upgrade"),
            HTTPHead.Field("Sec-WebSocket-Accept", HandshakeKey.accept(key)),
        ]
        let subprotocol = subprotocols.first(where: offered.contains)
        if let subprotocol { fields.append(HTTPHead.Field("Sec-WebSocket-Protocol", subprotocol)) }
        let choice = compression?.choose(from: extensions)
        if let choice { fields.append(HTTPHead.Field("Sec-WebSocket-Extensions", choice.answer)) }
        return Acceptance(
            head: HTTPHead(line: ["HTTP/1.1", "101", "Switching Protocols"], fields: fields), subprotocol: subprotocol,
            deflate: choice?.parameters)
    }

    private func refusal(_ status: Int, _ text: String, _ fields: [HTTPHead.Field] = []) -> Refusal {
        Refusal(response: HTTPResponse(status: status, text: text, fields: fields))
    }
}
