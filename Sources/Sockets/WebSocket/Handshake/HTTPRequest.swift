/// What a client asked a server's port for: the beginning of a WebSocket, or a plain request.
public struct HTTPRequest: Hashable, Sendable {
    /// As `GET`; a token, in the case it was sent in.
    public var method: String
    /// From the first slash to the question mark, as sent.
    public var path: String
    /// Behind the question mark, as sent; empty where there is none.
    public var query: String
    /// First line and headers.
    public var head: HTTPHead
    /// At most as long as the server's options allow.
    public var body: [UInt8]

    /// - Throws: what to answer a head with that is no request of HTTP/1.1.
    init(_ head: HTTPHead) throws(HTTPHeadReader.Failure) {
        guard head.line.count == 3, HTTPSyntax.isToken(head.line[0]), head.line[2].hasPrefix("HTTP/") else {
            throw HTTPHeadReader.Failure(status: 400, reason: "the first line is no request")
        }
        guard head.line[2] == "HTTP/1.1" else {
            throw HTTPHeadReader.Failure(status: 505, reason: "only HTTP/1.1 is spoken here")
        }
        let target = head.line[1]
        guard target.hasPrefix("/"), target.utf8.allSatisfy({ (33...126).contains($0) }), !target.contains("#") else {
            throw HTTPHeadReader.Failure(status: 400, reason: "the target is no path")
        }
        guard head.values("host").count == 1 else {
            throw HTTPHeadReader.Failure(status: 400, reason: "there must be one Host")
        }
        self.head = head
        method = head.line[0]
        body = []
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        query = parts.count > 1 ? String(parts[1]) : ""
    }

    /// Whether a WebSocket is asked for (RFC 6455 §4.1).
    var asksForWebSocket: Bool {
        head.lists("websocket", in: "upgrade") || !head.values("sec-websocket-key").isEmpty
    }

    /// The first value of a name in the query, decoded; nil where there is none, or its text is broken.
    public func queryValue(_ name: String) -> String? { Self.value(name, inForm: query) }

    /// The first value of a name in a form (`a=1&b=2`), decoded.
    public static func value(_ name: String, inForm form: String) -> String? {
        for pair in form.split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = HTTPSyntax.percentDecoded(sides[0]), key == name else { continue }
            return sides.count > 1 ? HTTPSyntax.percentDecoded(sides[1].replacing("+", with: " ")) : ""
        }
        return nil
    }
}

/// A server's whole answer to a plain request; the connection ends with it.
public struct HTTPResponse: Hashable, Sendable {
    /// As 200 or 404 (RFC 9110 §15).
    public var status: Int
    /// Headers beside those of length and connection.
    public var fields: [HTTPHead.Field]
    /// What follows the head.
    public var body: [UInt8]

    public init(status: Int, fields: [HTTPHead.Field] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// One line of text.
    public init(status: Int, text: String, fields: [HTTPHead.Field] = []) {
        self.init(
            status: status, fields: [HTTPHead.Field("Content-Type", "text/plain; charset=utf-8")] + fields,
            body: Array((text + "\n").utf8))
    }

    /// The head as on the wire. Values that could begin another line are left out.
    var head: HTTPHead {
        let own = [HTTPHead.Field("Content-Length", String(body.count)), HTTPHead.Field("Connection", "close")]
        let safe = fields.filter { HTTPSyntax.isToken($0.name) && HTTPSyntax.isFieldValue($0.value) }
        return HTTPHead(line: ["HTTP/1.1", String(status), Self.phrase(status)], fields: safe + own)
    }

    private static func phrase(_ status: Int) -> String {
        switch status {
        case 101: "Switching Protocols"
        case 200: "OK"
        case 303: "See Other"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 413: "Content Too Large"
        case 426: "Upgrade Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        default: "Error"
        }
    }
}
