import Testing

extension ConformanceCases {
    /// 6: UTF-8.
    static let text: [ConformanceCase] =
        valid.map { bytes in
            .good(
                "6 \(name(bytes))", [RawFrame(opcode: 1, payload: bytes)],
                [.text(String(decoding: bytes, as: UTF8.self))])
        }
        + valid.map { bytes in
            // Also in the middle of a character.
            let parts = bytes.dropFirst().enumerated().map { index, byte in
                RawFrame.continuation([byte], isFinal: index == bytes.count - 2)
            }
            let first = RawFrame(opcode: 1, payload: Array(bytes.prefix(1)), isFinal: bytes.count < 2)
            return .good("6 in bytes \(name(bytes))", [first] + parts, [.text(String(decoding: bytes, as: UTF8.self))])
        }
        + invalid.map { bytes in
            .broken("6 invalid \(name(bytes))", [RawFrame(opcode: 1, payload: bytes), .ping()], code: 1007)
        }
        + [
            // What cannot become right is refused before the message is complete.
            .broken(
                "6.4.1 fails fast",
                [.text("κόσμε", isFinal: false), RawFrame(opcode: 0, payload: [0xF4, 0x90], isFinal: false)],
                code: 1007),
            .broken(
                "6.4.2 fails in the first fragment", [RawFrame(opcode: 1, payload: [0xFF], isFinal: false)], code: 1007),
            .broken(
                "6 cut off at the end", [.text("a", isFinal: false), .continuation([0xE2, 0x82])], code: 1007),
            .good("6 bytes need not be text", [.binary([0xFF, 0xC0])], [.binary([0xFF, 0xC0])]),
        ]

    private static let valid: [[UInt8]] = [
        Array("Hello-µ@ßöäüàá-UTF-8!!".utf8), Array("κόσμε".utf8), [0], [0x7F], [0xC2, 0x80], [0xDF, 0xBF],
        [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80], [0xEF, 0xBF, 0xBD], [0xEF, 0xBF, 0xBF],
        [0xEF, 0xBF, 0xBE], [0xF0, 0x90, 0x80, 0x80], [0xF0, 0x9F, 0xBF, 0xBF], [0xF4, 0x8F, 0xBF, 0xBF],
    ]

    private static let invalid: [[UInt8]] = [
        [0x80], [0xBF], [0x80, 0xBF], [0xC0], [0xC0, 0xAF], [0xC1, 0xBF], [0xC2], [0xC2, 0x20], [0xE0, 0x80, 0xAF],
        [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEE, 0x80], [0xF0, 0x80, 0x80, 0xAF],
        [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
        [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0x61, 0x62, 0xFF, 0x63],
        Array("ASCII before the fault ".utf8) + [0xF1, 0x80, 0x80],
    ]

    private static func name(_ bytes: [UInt8]) -> String {
        bytes.prefix(12).map { String($0, radix: 16) }.joined(separator: " ")
    }

    private static let goodCodes: [UInt16] = [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
    ]
    private static let badCodes: [UInt16] = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]

    /// 7: the closing handshake.
    static let closing: [ConformanceCase] =
        [
            .good("7.1.1 text, then close", [.text("a")], [.text("a")]),
            ConformanceCase(name: "7.1.2 close twice", frames: [.close(1000), .close(1000)], replies: [.close(1000)]),
            ConformanceCase(name: "7.1.3 ping after close", frames: [.close(1000), .ping()], replies: [.close(1000)]),
            ConformanceCase(
                name: "7.1.4 text after close", frames: [.close(1000), .text("a")], replies: [.close(1000)]),
            ConformanceCase(
                name: "7.1.5 close in a message",
                frames: [.text("a", isFinal: false), .close(1000), .continuation([98])], replies: [.close(1000)]),
            ConformanceCase(name: "7.3.1 without a code", frames: [.close(nil)], replies: [.close(nil)]),
            .good(
                "7.1.6 much, then close", [.text(String(repeating: "BAsd7&jh23", count: 26_215))],
                [.text(String(repeating: "BAsd7&jh23", count: 26_215))]),
            .broken("7.3.2 of one byte", [RawFrame(opcode: 8, payload: [3])]),
            ConformanceCase(
                name: "7.3.4 with a reason", frames: [.close(1000, Array("Hello".utf8))], replies: [.close(1000)]),
            ConformanceCase(
                name: "7.3.5 with a reason of 123", frames: [.close(1000, bytes(123))], replies: [.close(1000)]),
            .broken("7.3.6 with a reason of 124", [.close(1000, bytes(124))]),
            .broken("7.5.1 a reason that is not UTF-8", [.close(1000, [0xCE, 0xBA, 0xED, 0xA0, 0x80])], code: 1007),
        ]
        + ([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999] as [UInt16])
        .map { code in
            ConformanceCase(name: "7.7 code \(code)", frames: [.close(code)], replies: [.close(code)])
        }
        + badCodes.map { code in
            .broken("7.9 code \(code)", [.close(code)])
        }
}
