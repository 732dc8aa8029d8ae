import NIOCore
import TestSupport
import Testing

@testable import Sockets

/// What a trace tells of WebSocket messages that permessage-deflate has compressed.
@Suite("Names of compressed WebSocket messages") struct CompressedNamesTests {
    private static let client = Array("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n".utf8)

    private static func server(_ parameters: String = "") -> [UInt8] {
        let head = """
            HTTP/1.1 101 Switching Protocols\r
            upgrade: WebSocket\r
            Sec-WebSocket-Extensions: permessage-deflate\(parameters)\r
            \r\n
            """
        return Array(head.utf8)
    }

    /// The frames of one compressed message.
    private static func frames(
        _ message: WebSocketMessage, _ encoder: inout MessageEncoder
    ) -> [UInt8] {
        var output = ByteBuffer()
        encoder.write(message, to: &output)
        return Array(buffer: output)
    }

    @Test(
        "both directions are told, whatever was agreed to, in one frame or many",
        arguments: [
            ("", DeflateParameters()),
            ("; server_no_context_takeover", DeflateParameters(serverNoContextTakeover: true)),
            (
                "; client_max_window_bits=9; server_max_window_bits=10",
                DeflateParameters(serverMaxWindowBits: 10, clientMaxWindowBits: 9)
            ),
            ("; client_no_context_takeover", DeflateParameters(clientNoContextTakeover: true)),
        ], [nil, 7])
    func told(_ agreement: (String, DeflateParameters), frameSize: Int?) {
        var names = ConversationNames()
        _ = names.names(in: Self.client, going: .toServer)
        _ = names.names(in: Self.server(agreement.0), going: .toClient)
        let text = "Grüße, " + String(repeating: "again and again ", count: 30)
        for role in [WebSocketRole.client, .server] {
            var encoder = MessageEncoder(role: role, deflate: agreement.1, threshold: 1, frameSize: frameSize)
            for _ in 0..<3 {
                let bytes = Self.frames(.text(text), &encoder) + Self.frames(.binary([1, 0xAB]), &encoder)
                var said: [String] = []
                // Split anywhere, as the network does.
                for piece in [bytes.prefix(9), bytes.dropFirst(9)] {
                    said += names.names(in: Array(piece), going: role == .client ? .toServer : .toClient).map(
                        \.description)
                }
                #expect(said.contains("text expanded to \(text.utf8.count) bytes: \(text)"))
                #expect(said.last == "binary expanded to 2 bytes: 01 AB")
            }
        }
    }

    @Test("a control frame between two fragments does not disturb")
    func control() {
        var names = ConversationNames()
        _ = names.names(in: Self.server(), going: .toClient)
        var encoder = MessageEncoder(role: .server, deflate: DeflateParameters(), threshold: 1, frameSize: 8)
        var bytes = Self.frames(.text("Hello, hello, hello"), &encoder)
        bytes.insert(contentsOf: [0x89, 1, 0x41], at: 10)
        let said = names.names(in: bytes, going: .toClient).map(\.description)
        #expect(said.contains("WebSocket ping, 1 bytes"))
        #expect(said.last == "text expanded to 19 bytes: Hello, hello, hello")
    }

    @Test("a message that stands for very much is shown by its beginning, and a bomb is not followed")
    func bounded() {
        var names = ConversationNames()
        _ = names.names(in: Self.server(), going: .toClient)
        var encoder = MessageEncoder(role: .server, deflate: DeflateParameters(), threshold: 1, frameSize: nil)
        let long = Self.frames(.text(String(repeating: "a", count: 1 << 20)), &encoder)
        let shown = names.names(in: long, going: .toClient).last?.description
        #expect(shown?.hasPrefix("text expanded to 1048576 bytes: aaaa") == true)
        #expect(shown?.hasSuffix("a…") == true)
        #expect(shown?.utf8.count ?? 0 < 4_200)
        let bomb = Self.frames(.binary([UInt8](repeating: 0, count: MessageExpansion.most + 1)), &encoder)
        #expect(names.names(in: bomb, going: .toClient).last?.description.contains("more than 64 MiB") == true)
        let later = Self.frames(.text("after it, after it"), &encoder)
        #expect(names.names(in: later, going: .toClient).last?.description.contains("cannot be told") == true)
    }

    @Test("what is not deflate is told, and never traps", arguments: [3, 4] as [UInt64])
    func damaged(seed: UInt64) {
        var fuzzer = Fuzzer(seed: seed)
        var encoder = MessageEncoder(role: .server, deflate: DeflateParameters(), threshold: 1, frameSize: 50)
        let sound = Self.server() + Self.frames(.text(String(repeating: "Hello ", count: 99)), &encoder)
        for _ in 0..<500 {
            var stream = sound
            fuzzer.damage(&stream)
            var names = StreamNames()
            _ = names.names(in: stream)
        }
        var names = StreamNames()
        let told = names.names(in: Self.server() + [0xC1, 3, 0xFF, 0xFF, 0xFF])
        #expect(told.last?.description == "a message that cannot be told: it is not what deflate writes")
    }

    @Test("what a frame or a head holds cannot give orders to a terminal")
    func harmless() {
        var names = StreamNames()
        #expect(names.names(in: Array("GET /\u{1B}[2J HTTP/1.1\r\n\r\n".utf8)).isEmpty)
        let event = TraceEvent(
            time: 0, connection: 1, client: SocketEndpoint(host: "192.0.2.1", port: 1),
            server: SocketEndpoint(host: "192.0.2.2", port: 2),
            kind: .data(.toServer, [0x41], names: [.expanded(isText: true, size: 9, beginning: "\u{1B}[2J\u{9B}\r\n")]))
        var text = TextTraceWriter()
        var hex = HexTraceWriter()
        for written in [text.encode(event), hex.encode(event)] {
            #expect(!written.contains(0x1B) && !written.contains(0x0D) && !written.contains(0x9B))
        }
    }
}
