import NIOCore
import Testing

@testable import Sockets

/// Whatever comes: no trap, no more memory than allowed, and an end.
@Suite("WebSocket fuzz") struct FuzzTests {
    @Test("a connection fed with damaged frames", arguments: 0..<8)
    func connection(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let limits = WebSocketLimits(messageSize: 20_000, frameSize: 20_000)
        for round in 0..<1500 {
            let role: WebSocketRole = round.isMultiple(of: 2) ? .server : .client
            var state = WebSocketConnectionState(
                role: role, limits: limits, deflate: round.isMultiple(of: 3) ? DeflateParameters() : nil)
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                bytes += frame(&generator).bytes(isMasked: role == .server)
            }
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
                    in: .min ... .max, using: &generator)
            }
            var ends = 0
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = rest.prefix(Int.random(in: 1...200, using: &generator))
                rest = rest.dropFirst(part.count)
                state.receive(ByteBuffer(bytes: part), at: .now())
                while let event = state.next() {
                    switch event {
                    case .message(let message): #expect(message.size <= limits.messageSize)
                    case .pong(let payload): #expect(payload.count <= 125)
                    case .ended: ends += 1
                    }
                }
            }
            if state.lose() != nil { ends += 1 }
            #expect(ends == 1)
            // What goes out is right, whatever came in.
            var decoder = WebSocketFrameDecoder(
                role: role == .server ? .client : .server, maxFrameSize: 125, allowsCompression: false)
            decoder.append(state.takeOutgoing() ?? ByteBuffer())
            #expect(throws: Never.self) { while try decoder.next() != nil {} }
            #expect(decoder.bufferedBytes == 0)
        }
    }

    private func frame(_ generator: inout SeededGenerator) -> RawFrame {
        let opcode: UInt8 = [0, 1, 1, 2, 2, 8, 9, 10].randomElement(using: &generator) ?? 1
        let size = opcode >= 8 ? Int.random(in: 0...125, using: &generator) : Int.random(in: 0...700, using: &generator)
        return RawFrame(
            opcode: opcode, payload: (0..<size).map { _ in UInt8.random(in: 0...127, using: &generator) },
            isFinal: opcode >= 8 || Bool.random(using: &generator),
            reserved: Int.random(in: 0...9, using: &generator) == 0 ? 4 : 0)
    }

    @Test("an inflater fed with noise and with damaged messages", arguments: 0..<8)
    func inflater(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let deflater = try #require(Deflater(windowBits: 12, keepsContext: false))
        for round in 0..<800 {
            let inflater = try #require(Inflater(windowBits: 8 + round % 8, keepsContext: round.isMultiple(of: 2)))
            var bytes = (0..<Int.random(in: 1...600, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            if round.isMultiple(of: 3) {
                bytes = Array(buffer: try #require(deflater.compress(ByteBuffer(bytes: bytes + bytes))))
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^=
                    1 << UInt8.random(in: 0...7, using: &generator)
            }
            var output = ByteBuffer()
            try? inflater.expand(ByteBuffer(bytes: bytes), into: &output, limit: 5000)
            try? inflater.finish(into: &output, limit: max(0, 5000 - output.readableBytes))
            #expect(output.readableBytes <= 5001 + 1)
        }
    }

    @Test("heads that were damaged on the way", arguments: 0..<4)
    func upgrade(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let client = try ClientHandshake(
            url: WebSocketURL("ws://a/b?c"), subprotocols: ["json"], headers: [HTTPHead.Field("Cookie", "a=\"b\"")],
            compression: WebSocketCompression(sendingWindowBits: 9))
        let server = ServerHandshake(subprotocols: ["json"], compression: .frugal)
        var request = HTTPHeadReader()
        let head = try #require(try request.read(ByteBuffer(string: client.request.text)))
        let answer = try server.answer(HTTPRequest(head)).head.text
        for round in 0..<2000 {
            var bytes = Array((round.isMultiple(of: 2) ? client.request.text : answer).utf8)
            for _ in 0...Int.random(in: 0...5, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0...2, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + 7))
                default: bytes.insert(contentsOf: bytes.suffix(20), at: place)
                }
                if bytes.isEmpty { bytes = [10] }
            }
            var reader = HTTPHeadReader()
            guard let head = try? reader.read(ByteBuffer(bytes: bytes)) else { continue }
            if let request = try? HTTPRequest(head), let answer = try? server.answer(request) {
                // An answer has no line that was not meant to be there.
                #expect(answer.head.text.split(separator: "\r\n").count <= 6)
            }
            _ = try? client.read(head)
        }
    }
}
