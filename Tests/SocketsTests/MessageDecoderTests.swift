import Sockets
import TestSupport
import Testing

@Suite("Message decoder") struct MessageDecoderTests {
    private static let modes: [TransmissionMode] = [
        .sizeHeader(), .sizeHeader(.unicodeScalars), .sizeHeader(.bytes), .bufferedEndMarker(),
        .bufferedEndMarker(TransmissionMode.endOfLine), .bufferedEndMarker(Array("--end".utf8)),
    ]
    private static let texts = ["Hello World", "", "é", "日本語", "😀 and 🎉", "\u{0}\u{7f}\u{7ff}\u{ffff}", "42\n"]

    @Test("the header counts characters, as the original's help shows")
    func helloWorld() throws {
        let framed = try TransmissionMode.sizeHeader().encode(Array("Hello World".utf8))
        #expect(String(decoding: framed, as: UTF8.self) == "11\r\nHello World")
    }

    @Test(
        "an emoji is two units of UTF-16, one scalar, four bytes",
        arguments: [(.utf16Units, "2\r\n"), (.unicodeScalars, "1\r\n"), (.bytes, "4\r\n")]
            as [(TransmissionMode.SizeUnit, String)])
    func units(unit: TransmissionMode.SizeUnit, header: String) throws {
        #expect(try TransmissionMode.sizeHeader(unit).encode(Array("😀".utf8)) == Array((header + "😀").utf8))
    }

    @Test("messages come out as they went in, split at every place", arguments: modes)
    func everySplit(mode: TransmissionMode) throws {
        let stream = try Self.texts.flatMap { try mode.encode(Array($0.utf8)) }
        for cut in 0...stream.count {
            var decoder = MessageDecoder(mode: mode)
            var messages: [String] = []
            for piece in [stream[..<cut], stream[cut...]] {
                decoder.append(piece)
                while let message = try decoder.next() { messages.append(String(decoding: message, as: UTF8.self)) }
            }
            #expect(messages == Self.texts)
        }
    }

    @Test("messages come out as they went in, one byte at a time", arguments: modes)
    func singleBytes(mode: TransmissionMode) throws {
        var decoder = MessageDecoder(mode: mode)
        var messages: [String] = []
        for byte in try Self.texts.flatMap({ try mode.encode(Array($0.utf8)) }) {
            decoder.append([byte])
            while let message = try decoder.next() { messages.append(String(decoding: message, as: UTF8.self)) }
        }
        #expect(messages == Self.texts)
        #expect(decoder.count == 0)
    }

    @Test("after a plain end marker the rest of the piece is dropped, after a buffered one it is kept")
    func markers() throws {
        for (mode, second) in [(TransmissionMode.endMarker(), nil), (.bufferedEndMarker(), [2])] as [(_, [UInt8]?)] {
            var decoder = MessageDecoder(mode: mode)
            decoder.append([1, 0x1A, 2, 0x1A])
            #expect(try decoder.next() == [1])
            #expect(try decoder.next() == second)
            decoder.append([3, 0x1A])
            #expect(try decoder.next() == [3])
        }
    }

    @Test(
        "headers that are none end the stream",
        arguments: [
            ("x", .badFraming), ("\r\n", .badFraming), ("-1\r\n", .badFraming), ("+1\r\n", .badFraming),
            ("1 \r\n", .badFraming), ("1\n", .badFraming), ("1\rx", .badFraming), ("1025\r\n", .tooLong),
            ("123456789012345678901", .badFraming), ("99999999999999999999\r\n", .tooLong),
        ] as [(String, SocketError.Kind)])
    func badHeaders(text: String, kind: SocketError.Kind) {
        var decoder = MessageDecoder(limit: 1024)
        decoder.append(Array(text.utf8))
        #expect(throws: SocketError.self) { try decoder.next() }
        let error = #expect(throws: SocketError.self) { try decoder.next() }
        #expect(error?.kind == kind)
    }

    @Test("the limit is one of bytes: three times as many characters do not get past it")
    func limits() throws {
        var counted = MessageDecoder(mode: .sizeHeader(), limit: 9)
        counted.append(Array("3\r\n日本語".utf8))
        #expect(try counted.next() == Array("日本語".utf8))
        counted.append(Array("4\r\n日本語x".utf8))
        #expect(throws: SocketError.self) { try counted.next() }

        var marked = MessageDecoder(mode: .endMarker(TransmissionMode.endOfLine), limit: 3)
        marked.append([1, 2, 3, 0x0D])
        #expect(try marked.next() == nil)
        marked.append([0x0A])
        #expect(try marked.next() == [1, 2, 3])
        marked.append([1, 2, 3, 4, 5])
        #expect(throws: SocketError.self) { try marked.next() }
    }

    @Test(
        "a size that ends inside a character, or bytes that are no text, end the stream",
        arguments: ["1\r\n😀"].map { Array($0.utf8) } + [
            Array("2\r\n".utf8) + [0xC0, 0x80], Array("1\r\n".utf8) + [0xED, 0xA0, 0x80],
            Array("1\r\n".utf8) + [0x80], Array("1\r\n".utf8) + [0xF4, 0x90], Array("2\r\n".utf8) + [0xE9, 0x41],
        ])
    func damagedText(stream: [UInt8]) {
        var decoder = MessageDecoder()
        decoder.append(stream)
        let error = #expect(throws: SocketError.self) { try decoder.next() }
        #expect(error?.kind == .badFraming)
    }

    @Test("what a mode cannot carry is not sent")
    func encoding() {
        #expect(throws: SocketError.self) { try TransmissionMode.sizeHeader().encode([0xFF]) }
        #expect(throws: SocketError.self) { try TransmissionMode.endMarker().encode([1, 0x1A, 2]) }
        #expect(throws: SocketError.self) { try TransmissionMode.endMarker([1, 1]).encode([0, 1]) }
        #expect(throws: SocketError.self) { try TransmissionMode.endMarker([]).encode([1]) }
    }

    @Test("raw bytes come in pieces of the size asked for")
    func raw() throws {
        var decoder = MessageDecoder(mode: .raw)
        decoder.append(Array(repeating: 7, count: 5000))
        #expect(try decoder.next()?.count == 4096)
        #expect(try decoder.next(maximum: 10)?.count == 10)
        #expect(try decoder.next(maximum: 10_000)?.count == 894)
        #expect(try decoder.next() == nil)
    }

    @Test("a change of mode applies to what has come and was not read")
    func modeChange() throws {
        var decoder = MessageDecoder()
        decoder.append(Array("3\r\nonetwo\r\nthree".utf8))
        #expect(try decoder.next() == Array("one".utf8))
        decoder.mode = .bufferedEndMarker(TransmissionMode.endOfLine)
        #expect(try decoder.next() == Array("two".utf8))
        #expect(try decoder.next() == nil)
        decoder.mode = .raw
        #expect(try decoder.next() == Array("three".utf8))
    }

    @Test("ten thousand streams: sound ones are read, damaged ones never trap", arguments: [1, 2, 3, 4] as [UInt64])
    func fuzz(seed: UInt64) throws {
        var fuzzer = Fuzzer(seed: seed)
        for _ in 0..<2_500 {
            let mode = Self.modes[Int(fuzzer.next() % UInt64(Self.modes.count))]
            let sent = (0..<Int.random(in: 1...4, using: &fuzzer)).map { _ in
                Self.texts[Int(fuzzer.next() % UInt64(Self.texts.count))]
            }
            var stream = try sent.flatMap { try mode.encode(Array($0.utf8)) }
            let isDamaged = fuzzer.next() % 2 == 0
            if isDamaged { fuzzer.damage(&stream) }
            var decoder = MessageDecoder(mode: mode, limit: 64)
            var received: [String] = []
            var rest = stream[...]
            do {
                while !rest.isEmpty {
                    let piece = rest.prefix(Int.random(in: 1...rest.count, using: &fuzzer))
                    rest = rest.dropFirst(piece.count)
                    decoder.append(piece)
                    while let message = try decoder.next() {
                        #expect(message.count <= 64)
                        received.append(String(decoding: message, as: UTF8.self))
                    }
                    if isDamaged, fuzzer.next() % 8 == 0 {
                        decoder.mode = Self.modes[Int(fuzzer.next() % UInt64(Self.modes.count))]
                    }
                }
                if !isDamaged { #expect(received == sent) }
            } catch {
                #expect(isDamaged, "\(error)")
            }
        }
    }
}
