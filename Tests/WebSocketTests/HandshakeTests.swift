import NIOCore
import Testing

@testable import Sockets

@Suite("WebSocket handshake") struct HandshakeTests {
    private static let url = "ws://example.org/chat?a=b"

    private static func client(
        _ subprotocols: [String] = [], _ compression: WebSocketCompression? = nil
    ) throws -> ClientHandshake {
        try ClientHandshake(
            url: WebSocketURL(url), subprotocols: subprotocols, headers: [], compression: compression,
            key: "dGhlIHNhbXBsZSBub25jZQ==")
    }

    private static func request(_ text: String) throws -> HTTPRequest {
        var reader = HTTPHeadReader()
        let head = try #require(try reader.read(ByteBuffer(string: text)))
        return try HTTPRequest(head)
    }

    @Test("the digest's and the answer's examples of RFC 3174 and RFC 6455 §1.3")
    func examples() {
        let hex = SHA1.digest(Array("abc".utf8)).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
            .joined()
        #expect(hex == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(SHA1.digest([UInt8](repeating: 97, count: 1000)).prefix(4) == [0x29, 0x1E, 0x9A, 0x6C])
        #expect(HandshakeKey.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(HandshakeKey.isValid(HandshakeKey.random()))
        #expect(HandshakeKey.random() != HandshakeKey.random())
    }

    @Test("a client's request is answered by a server so that the client agrees")
    func agreement() throws {
        let client = try Self.client(["b", "json"], WebSocketCompression(sendingWindowBits: 10))
        let request = try Self.request(client.request.text)
        #expect(request.path == "/chat")
        #expect(request.queryValue("a") == "b")
        let server = ServerHandshake(subprotocols: ["json", "b"], compression: .frugal)
        let answer = try server.answer(request)
        #expect(answer.subprotocol == "json")
        var reader = HTTPHeadReader()
        let head = try #require(try reader.read(ByteBuffer(string: answer.head.text + "rest")))
        #expect(String(buffer: reader.takeRest()) == "rest")
        let acceptance = try client.read(head)
        #expect(acceptance.subprotocol == "json")
        #expect(acceptance.deflate == answer.deflate)
        #expect(acceptance.deflate?.clientMaxWindowBits == 10)
        #expect(acceptance.deflate?.serverMaxWindowBits == 12)
    }

    @Test(
        "requests that no WebSocket may begin with",
        arguments: [
            ("POST", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", 405),
            ("GET", "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", 426),
            ("GET", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", 426),
            ("GET", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short", 400),
            ("GET", "Sec-WebSocket-Version: 13", 400),
            ("GET", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: a\r\nSec-WebSocket-Key: b", 400),
        ])
    func refusals(method: String, fields: String, status: Int) throws {
        let text =
            "\(method) / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\(fields)"
        let request = try Self.request(text + "\r\n\r\n")
        let refusal = #expect(throws: ServerHandshake.Refusal.self) { try ServerHandshake().answer(request) }
        #expect(refusal?.response.status == status)
    }

    @Test(
        "heads that are not HTTP, or that two readers could read differently",
        arguments: [
            "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", "GET / HTTP/1.1\nHost: a\r\n\r\n", "GET\r\n\r\n",
            "GET / HTTP/1.0\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET a HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "G T / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nNo colon\r\n\r\n", "GET /\u{E9} HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: " + String(repeating: "a", count: 17_000) + "\r\n\r\n",
            "GET / HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: 101) + "\r\n",
        ])
    func brokenHeads(text: String) {
        #expect(throws: HTTPHeadReader.Failure.self) { try Self.request(text) }
    }

    @Test(
        "answers that a client does not take",
        arguments: [
            ("101", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong"),
            ("200", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
            ("101", "Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
            ("101", "Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
            (
                "101",
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
                    + "\r\nSec-WebSocket-Protocol: other"
            ),
            (
                "101",
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
                    + "\r\nSec-WebSocket-Extensions: permessage-deflate"
            ),
        ])
    func brokenAnswers(status: String, fields: String) throws {
        var reader = HTTPHeadReader()
        let text = "HTTP/1.1 \(status) Whatever it is\r\n\(fields)\r\n\r\n"
        let head = try #require(try reader.read(ByteBuffer(string: text)))
        #expect(throws: SocketError.self) { try Self.client(["json"]).read(head) }
    }

    @Test(
        "addresses",
        arguments: [
            ("ws://a", "a", 80, "/", "a"), ("wss://a/b?c=d", "a", 443, "/b?c=d", "a"),
            ("WS://[::1]:90/x", "::1", 90, "/x", "[::1]:90"), ("ws://a?q", "a", 80, "/?q", "a"),
        ])
    func addresses(text: String, host: String, port: Int, target: String, authority: String) throws {
        let url = try WebSocketURL(text)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.target == target)
        #expect(url.authority == authority)
    }

    @Test("what is no address", arguments: ["http://a", "ws://", "ws://a/#f", "ws://u:p@a", "ws://a:0", "a", ""])
    func noAddresses(text: String) { #expect(throws: SocketError.self) { try WebSocketURL(text) } }

    @Test("a header cannot break out of its line, nor replace one of the handshake")
    func headers() throws {
        for field in [HTTPHead.Field("a", "b\r\nc: d"), HTTPHead.Field("a b", "c"), HTTPHead.Field("Host", "x")] {
            #expect(throws: SocketError.self) {
                try ClientHandshake(
                    url: WebSocketURL(Self.url), subprotocols: [], headers: [field], compression: nil)
            }
        }
    }
}
