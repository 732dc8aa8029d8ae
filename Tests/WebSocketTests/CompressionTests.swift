import NIOCore
import Testing

@testable import Sockets

/// As the Autobahn suite's sections 12 and 13: messages of all sizes under every kind of agreement.
@Suite("WebSocket compression", .timeLimit(.minutes(2))) struct CompressionTests {
    struct Agreement: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var client: WebSocketCompression
        var server: WebSocketCompression
        var frameSize: Int?
    }

    private static let agreements = [
        Agreement(testDescription: "12 contexts", client: WebSocketCompression(), server: WebSocketCompression()),
        Agreement(
            testDescription: "13.1 none at the client", client: WebSocketCompression(sendsWithoutContext: true),
            server: WebSocketCompression()),
        Agreement(
            testDescription: "13.2 none at the server", client: WebSocketCompression(receivesWithoutContext: true),
            server: WebSocketCompression()),
        Agreement(
            testDescription: "13.3 window of 9", client: WebSocketCompression(receivingWindowBits: 9),
            server: WebSocketCompression()),
        Agreement(
            testDescription: "13.4 both windows", client: WebSocketCompression(sendingWindowBits: 10),
            server: WebSocketCompression(sendingWindowBits: 11, receivingWindowBits: 9)),
        Agreement(
            testDescription: "13.5 the server wants no context", client: WebSocketCompression(),
            server: WebSocketCompression(sendsWithoutContext: true, receivesWithoutContext: true)),
        Agreement(
            testDescription: "13.6 window of 8, which zlib cannot write",
            client: WebSocketCompression(sendingWindowBits: 8, receivingWindowBits: 8), server: WebSocketCompression()),
        Agreement(
            testDescription: "13.7 in fragments", client: WebSocketCompression(), server: .frugal, frameSize: 256),
    ]

    @Test("sections 12 and 13", arguments: agreements)
    func sections(_ agreement: Agreement) async throws {
        try await echo(
            agreement,
            sizes: [0, 16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072].flatMap { [$0, $0, $0] })
    }

    @Test("12.3 to 12.5: ten times as much of what compresses badly, well and not at all")
    func contents() async throws {
        let agreement = Agreement(
            testDescription: "contexts", client: WebSocketCompression(), server: WebSocketCompression())
        try await echo(agreement, sizes: Array(repeating: 131_072, count: 10) + Array(repeating: 16, count: 300))
    }

    @Test("13: each window with and without context, at either end", arguments: 8...15, [false, true])
    func windows(bits: Int, withoutContext: Bool) async throws {
        let wish = WebSocketCompression(
            sendsWithoutContext: withoutContext, receivesWithoutContext: withoutContext, sendingWindowBits: bits,
            receivingWindowBits: bits)
        for (client, server) in [(wish, WebSocketCompression()), (WebSocketCompression(), wish)] {
            try await echo(
                Agreement(testDescription: "", client: client, server: server), sizes: [16, 1024, 40_000, 1024])
        }
    }

    private func echo(_ agreement: Agreement, sizes: [Int]) async throws {
        let server = WebSocketServer.onLoopback()
        let options = WebSocketOptions(compression: agreement.server, outgoingFrameSize: agreement.frameSize)
        server.add(Echo(), at: "/", options: options)
        try await server.start()
        let client = try await WebSocketClient.connect(
            to: server.url("/"),
            WebSocketClient.Configuration(
                options: WebSocketOptions(compression: agreement.client, outgoingFrameSize: agreement.frameSize)))
        #expect(client.isCompressed)
        var generator = SeededGenerator(seed: 12)
        for size in sizes {
            let words = ["Grüße ", "{\"key\": ", "value", "0, 1, 2", "\u{1F600}"]
            var text = ""
            while text.utf8.count < size { text += words.randomElement(using: &generator) ?? "" }
            try await client.send(.text(text))
            #expect(try await client.receive() == .text(text))
            let bytes = (0..<size).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            try await client.send(.binary(bytes))
            #expect(try await client.receive() == .binary(bytes))
        }
        await client.close()
        #expect(client.closure?.code == .normal)
        await server.stop()
    }

    /// Bytes for a server with compression, and the code it closes with.
    @Test(
        "compressed frames that break a rule",
        arguments: [
            // Not deflate; RSV1 on a continuation; on a ping; RSV2.
            ([RawFrame(opcode: 1, payload: [0xFF, 0xFF, 0xFF], reserved: 4)], 1007),
            (
                [
                    RawFrame(opcode: 1, payload: [0xF2, 0x48], isFinal: false, reserved: 4),
                    RawFrame(opcode: 0, payload: [0xCD], reserved: 4),
                ], 1002
            ),
            ([RawFrame(opcode: 9, reserved: 4)], 1002), ([RawFrame(opcode: 1, payload: [0], reserved: 6)], 1002),
            // Text that is not UTF-8 once it is expanded: a stored block of one byte.
            ([RawFrame(opcode: 1, payload: [0, 1, 0, 0xFE, 0xFF, 0xFF, 0], reserved: 4)], 1007),
        ] as [([RawFrame], UInt16)])
    func broken(frames: [RawFrame], code: UInt16) async throws {
        #expect(try await Self.replies(to: frames) == [.close(code)])
    }

    @Test("a bomb is stopped at the limit")
    func bomb() async throws {
        let deflater = try #require(Deflater(windowBits: 15, keepsContext: true))
        let bomb = try #require(deflater.compress(.init(repeating: 0, count: 50_000_000)))
        let frame = RawFrame(opcode: 2, payload: Array(buffer: bomb), reserved: 4)
        #expect(try await Self.replies(to: [frame]) == [.close(1009)])
    }

    private static func replies(to frames: [RawFrame]) async throws -> [Reply] {
        let server = WebSocketServer.onLoopback()
        server.add(Echo(), at: "/", options: WebSocketOptions(limits: WebSocketLimits(messageSize: 1 << 20)))
        try await server.start()
        let peer = try await RawPeer.connect(port: server.port ?? 0)
        let handshake = try ClientHandshake(
            url: server.url("/"), subprotocols: [], headers: [], compression: WebSocketCompression())
        peer.write(handshake.request.text)
        let (head, rest) = try await peer.head()
        #expect(try handshake.read(head).deflate != nil)
        for frame in frames { peer.write(frame.bytes(isMasked: true)) }
        var reader = ReplyReader(peer, from: .server, rest: rest)
        var replies: [Reply] = []
        while let reply = try await reader.next() { replies.append(reply) }
        await server.stop(within: .zero)
        return replies
    }
}
