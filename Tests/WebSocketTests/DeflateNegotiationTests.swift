import NIOCore
import Testing

@testable import Sockets

@Suite("permessage-deflate") struct DeflateNegotiationTests {
    @Test(
        "a server's answers",
        arguments: [
            ("permessage-deflate", "permessage-deflate"),
            ("permessage-deflate; client_max_window_bits", "permessage-deflate"),
            ("permessage-deflate; server_max_window_bits=10", "permessage-deflate; server_max_window_bits=10"),
            ("permessage-deflate; server_max_window_bits=\"10\"", "permessage-deflate; server_max_window_bits=10"),
            (
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
            ),
            (
                "permessage-deflate; client_max_window_bits=9",
                "permessage-deflate; client_max_window_bits=9"
            ),
            (
                "permessage-deflate; server_max_window_bits=7, permessage-deflate; server_max_window_bits=9",
                "permessage-deflate; server_max_window_bits=9"
            ),
            ("x-webkit-deflate-frame", ""), ("permessage-deflate; server_max_window_bits", ""),
            ("permessage-deflate; server_max_window_bits=010", ""), ("permessage-deflate; unknown", ""),
            ("permessage-deflate; server_max_window_bits=16", ""),
            ("permessage-deflate; server_no_context_takeover=1", ""),
            ("permessage-deflate; client_max_window_bits; client_max_window_bits", ""),
        ])
    func answers(offer: String, answer: String) throws {
        let extensions = try #require(ExtensionHeader.parse([offer]))
        #expect(WebSocketCompression().choose(from: extensions)?.answer ?? "" == answer)
    }

    @Test("a header that does not follow the grammar is none", arguments: ["a;", "a; b=", "a; b=\"", "; a", "a b"])
    func grammar(text: String) { #expect(ExtensionHeader.parse([text]) == nil) }

    @Test("a client takes no answer that it did not ask for")
    func foreignAnswers() throws {
        let plain = WebSocketCompression(receivesWithoutContext: true, receivingWindowBits: 10)
        for answer in [
            "permessage-deflate", "permessage-deflate; server_no_context_takeover",
            "permessage-deflate; server_no_context_takeover; server_max_window_bits=11",
            "permessage-deflate; server_no_context_takeover; server_max_window_bits=10; client_max_window_bits",
        ] {
            let header = try #require(ExtensionHeader.parse([answer])?.first)
            #expect(plain.agree(to: header) == nil, "\(answer)")
        }
        let good = "permessage-deflate; server_no_context_takeover; server_max_window_bits=9; client_max_window_bits=11"
        let header = try #require(ExtensionHeader.parse([good])?.first)
        let parameters = try #require(plain.agree(to: header))
        #expect(parameters.serverMaxWindowBits == 9)
        #expect(parameters.clientMaxWindowBits == 11)
    }

    @Test("what is compressed comes out again", arguments: [9, 10, 12, 15], [true, false])
    func roundTrip(bits: Int, keepsContext: Bool) throws {
        let deflater = try #require(Deflater(windowBits: bits, keepsContext: keepsContext))
        let inflater = try #require(Inflater(windowBits: bits, keepsContext: keepsContext))
        var generator = SeededGenerator(seed: UInt64(bits))
        for size in [0, 1, 0, 200, 5000, 70_000, 200] {
            let message = ByteBuffer(bytes: (0..<size).map { _ in UInt8.random(in: 0...7, using: &generator) })
            let compressed = try #require(deflater.compress(message))
            var output = ByteBuffer()
            // In parts, as the network gives them.
            var rest = compressed
            while let part = rest.readSlice(length: min(rest.readableBytes, 777)), part.readableBytes > 0 {
                try inflater.expand(part, into: &output, limit: size - output.readableBytes)
            }
            try inflater.finish(into: &output, limit: size - output.readableBytes)
            #expect(output == message)
        }
    }

    @Test("the examples of RFC 7692 §7.2.3, the final block among them")
    func examples() throws {
        let inflater = try #require(Inflater(windowBits: 15, keepsContext: true))
        for bytes: [UInt8] in [
            [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], [0xF2, 0x00, 0x11, 0x00, 0x00],
            [0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00],
            [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00],
            [0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00],
            [0xF2, 0x00, 0x11, 0x00, 0x00],
        ] {
            var output = ByteBuffer()
            try inflater.expand(ByteBuffer(bytes: bytes), into: &output, limit: 100)
            try inflater.finish(into: &output, limit: 100)
            #expect(String(buffer: output) == "Hello")
        }
    }

    @Test("an inflater stops at its limit, however much a few bytes stand for")
    func bomb() throws {
        let deflater = try #require(Deflater(windowBits: 15, keepsContext: false))
        let bomb = try #require(deflater.compress(ByteBuffer(repeating: 0, count: 10_000_000)))
        #expect(bomb.readableBytes < 20_000)
        let inflater = try #require(Inflater(windowBits: 15, keepsContext: false))
        var output = ByteBuffer()
        #expect(throws: Inflater.Failure.tooLong) { try inflater.expand(bomb, into: &output, limit: 1000) }
        #expect(output.capacity < 1 << 17)
    }
}

/// The same numbers each time (Steele, Lea and Flood's SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
