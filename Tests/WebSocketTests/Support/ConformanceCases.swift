import Testing

/// Cases in the order of the Autobahn test suite's sections.
enum ConformanceCases {
    static let all = framing + pings + reserved + opcodes + fragmentation + text + tables + closing + large

    private static let sizes = [0, 1, 125, 126, 127, 128, 65_535, 65_536]
    private static let hello = Array("Hello".utf8)

    /// 1: texts and bytes of every form of length.
    static let framing: [ConformanceCase] =
        sizes.flatMap { size -> [ConformanceCase] in
            let text = String(repeating: "*", count: size)
            let bytes = [UInt8](repeating: 0xFE, count: size)
            return [
                .good("1.1 text of \(size)", [.text(text)], [.text(text)]),
                .good("1.2 bytes of \(size)", [.binary(bytes)], [.binary(bytes)]),
            ]
        } + [
            .good("1.1 chopped", [.text("Hello-µ")], [.text("Hello-µ")], isChopped: true),
            .good("1.2 chopped", [.binary([0, 0xFF])], [.binary([0, 0xFF])], isChopped: true),
        ]

    /// 2: pings and pongs.
    static let pings: [ConformanceCase] = [
        .good("2.1 empty ping", [.ping()], [.pong([])]),
        .good("2.2 ping with text", [.ping(hello)], [.pong(hello)]),
        .good("2.3 ping with bytes", [.ping([0, 0xFF, 0xFE])], [.pong([0, 0xFF, 0xFE])]),
        .good("2.4 ping of 125", [.ping(bytes(125))], [.pong(bytes(125))]),
        .broken("2.5 ping of 126", [.ping(bytes(126))]),
        .good("2.6 ping chopped", [.ping(bytes(125))], [.pong(bytes(125))], isChopped: true),
        .good("2.7 pong without ping", [.pong()], []),
        .good("2.8 pong with text", [.pong(hello)], []),
        .good("2.9 pong, then ping", [.pong(hello), .ping([1])], [.pong([1])]),
        .good("2.10 ten pings", (0..<10).map { .ping([$0]) }, (0..<10).map { .pong([$0]) }),
        .good("2.11 ten pings chopped", (0..<10).map { .ping([$0]) }, (0..<10).map { .pong([$0]) }, isChopped: true),
    ]

    /// 3: reserved bits.
    static let reserved: [ConformanceCase] = (1...7).flatMap { bits -> [ConformanceCase] in
        [
            .broken(
                "3 text with \(bits)", [.text("a"), RawFrame(opcode: 1, payload: hello, reserved: bits)], [.text("a")]),
            .broken("3 ping with \(bits)", [RawFrame(opcode: 9, reserved: bits), .text("a")]),
            .broken("3 close with \(bits)", [RawFrame(opcode: 8, reserved: bits)]),
        ]
    }

    /// 4: opcodes that are not defined.
    static let opcodes: [ConformanceCase] = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap { opcode -> [ConformanceCase] in
        [
            .broken("4 opcode \(opcode)", [RawFrame(opcode: opcode)]),
            .broken(
                "4 opcode \(opcode) later", [.text("a"), RawFrame(opcode: opcode, payload: [1]), .ping()], [.text("a")]),
        ]
    }

    /// 5: messages in fragments.
    static let fragmentation: [ConformanceCase] = [
        .broken("5.1 ping in fragments", [RawFrame(opcode: 9, payload: hello, isFinal: false), .continuation(hello)]),
        .broken("5.2 pong in fragments", [RawFrame(opcode: 10, payload: hello, isFinal: false), .continuation(hello)]),
        .good("5.3 two fragments", [.text("ab", isFinal: false), .continuation([99])], [.text("abc")]),
        .good("5.4 first of one, rest of one", [.text("a", isFinal: false), .continuation([])], [.text("a")]),
        .good("5.5 chopped", [.text("ab", isFinal: false), .continuation([99])], [.text("abc")], isChopped: true),
        .good(
            "5.6 ping between", [.text("ab", isFinal: false), .ping(hello), .continuation([99])],
            [.pong(hello), .text("abc")]),
        .good(
            "5.8 empty fragments",
            [.text("", isFinal: false), .continuation([], isFinal: false), .ping(), .continuation([])],
            [.pong([]), .text("")]),
        .good(
            "5.8 chopped, ping between", [.text("ab", isFinal: false), .ping(hello), .continuation([99])],
            [.pong(hello), .text("abc")], isChopped: true),
        .broken("5.9 continuation of nothing", [.continuation(hello, isFinal: false), .text("a")]),
        .broken("5.10 last continuation of nothing", [.continuation(hello), .text("a")]),
        .broken("5.12 after a message", [.text("a"), .continuation(hello)], [.text("a")]),
        .broken("5.13 first one after a message", [.text("a"), .continuation(hello, isFinal: false)], [.text("a")]),
        .broken(
            "5.15 after a message in two",
            [.text("a", isFinal: false), .continuation([98]), .continuation(hello, isFinal: false), .text("c")],
            [.text("ab")], lead: 2),
        .broken(
            "5.16 between messages",
            [.continuation(hello, isFinal: false), .text("a"), .continuation(hello, isFinal: false)]),
        .broken("5.17 whole ones between messages", [.continuation(hello), .text("a"), .continuation(hello)]),
        .broken("5.18 text in text", [.text("a", isFinal: false), .text("b")]),
        .broken("5.18 bytes in text", [.text("a", isFinal: false), .binary([1])]),
        .good(
            "5.19 many with pings",
            [
                .text("a", isFinal: false), .ping([1]), .continuation([98], isFinal: false), .ping([2]),
                .continuation([99]),
            ],
            [.pong([1]), .pong([2]), .text("abc")]),
        .broken(
            "5.20 continuation after the end",
            [.text("a", isFinal: false), .continuation([98]), .continuation([99])], [.text("ab")], lead: 2),
    ]

    /// 9 and 10: long messages, in one and in many fragments.
    static let large: [ConformanceCase] = {
        let long = String(repeating: "Bâle ", count: 200_000)
        let parts = stride(from: 0, to: 65_536, by: 1300).map { start in
            RawFrame.continuation(bytes(min(1300, 65_536 - start)), isFinal: start + 1300 >= 65_536)
        }
        return [
            .good("9.1 1.2 MB of text", [.text(long)], [.text(long)]),
            .good("9.2 4 MiB of bytes", [.binary(bytes(4 << 20))], [.binary(bytes(4 << 20))]),
            .broken("9 one byte over the limit", [.binary(bytes(4 << 20 + 1))], code: 1009),
            .broken(
                "9 over the limit in fragments",
                [.binary(bytes(3 << 20), isFinal: false), .continuation(bytes(2 << 20))], code: 1009),
            .good("10.1 in 51 fragments", [.binary([], isFinal: false)] + parts, [.binary(bytes(65_536))]),
        ]
    }()

    static func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0x2A, count: count) }
}
