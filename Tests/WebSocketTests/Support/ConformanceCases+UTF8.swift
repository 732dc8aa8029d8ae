import Testing

extension ConformanceCases {
    /// 6.5 to 6.23: Kuhn's tables of what UTF-8 is and is not, as they stand there.
    static let tables: [ConformanceCase] =
        sound.map { name, bytes in
            .good(
                "\(name) \(hexadecimal(bytes))", [RawFrame(opcode: 1, payload: bytes)],
                [.text(String(decoding: bytes, as: UTF8.self))])
        }
        + broken.map { name, bytes in
            .broken("\(name) \(hexadecimal(bytes))", [RawFrame(opcode: 1, payload: bytes)], code: 1007)
        }

    /// A word of Greek, whose every beginning is sound between characters and broken within one.
    private static let word: [UInt8] = [0xCE, 0xBA, 0xE1, 0xBD, 0xB9, 0xCF, 0x83, 0xCE, 0xBC, 0xCE, 0xB5]

    private static let sound: [(String, [UInt8])] =
        [2, 5, 7, 9, 11].map { ("6.6 beginning", Array(word.prefix($0))) }
        + ([0, 0x80, 0x800, 0x10000].compactMap { utf8($0) }).map { ("6.7 first of a length", $0) }
        + ([0x7F, 0x7FF, 0xFFFF, 0x10FFFF].compactMap { utf8($0) }).map { ("6.9 last of a length", $0) }
        + ([0xD7FF, 0xE000, 0xFFFD, 0x10FFFF].compactMap { utf8($0) }).map { ("6.11 boundary", $0) }
        // U+FFFE and U+FFFF of each of the seventeen planes.
        + (0...16).flatMap { plane in [0xFFFE, 0xFFFF].compactMap { utf8(UInt32(plane << 16 | $0)) } }
        .map { ("6.22 no character", $0) }
        + (0xFFF9...0xFFFF).compactMap { utf8($0) }.map { ("6.23 special", $0) }

    private static let broken: [(String, [UInt8])] =
        [1, 3, 4, 6, 8, 10].map { ("6.6 beginning", Array(word.prefix($0))) }
        + [[0xF8, 0x88, 0x80, 0x80, 0x80], [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80]].map { ("6.8 too long a form", $0) }
        + [
            [0xF7, 0xBF, 0xBF, 0xBF], [0xFB, 0xBF, 0xBF, 0xBF, 0xBF], [0xFD, 0xBF, 0xBF, 0xBF, 0xBF, 0xBF],
        ].map { ("6.10 beyond the last", $0) }
        + [("6.11 beyond the last", [0xF4, 0x90, 0x80, 0x80])]
        + (1...7).map { ("6.12 continuations", Array([0x80, 0xBF, 0x80, 0xBF, 0x80, 0xBF, 0x80].prefix($0))) }
        + [("6.12 all continuations", Array(0x80...0xBF))]
        + [0xC0...0xDF, 0xE0...0xEF, 0xF0...0xF7, 0xF8...0xFB, 0xFC...0xFD].map { range in
            ("6.13 lonely starts", range.flatMap { [$0, 0x20] })
        }
        + cut.map { ("6.14 without the last", $0) } + [("6.15 all of those", cut.flatMap { $0 })]
        + [[0xFE], [0xFF], [0xFE, 0xFE, 0xFF, 0xFF]].map { ("6.16 never allowed", $0) }
        + overlong(0x2F).map { ("6.17 a slash in too long a form", $0) }
        + [
            [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF8, 0x87, 0xBF, 0xBF, 0xBF],
            [0xFC, 0x83, 0xBF, 0xBF, 0xBF, 0xBF],
        ].map { ("6.18 the most in too long a form", $0) }
        + overlong(0).map { ("6.19 a zero in too long a form", $0) }
        + surrogates.map { ("6.20 half a pair", $0) }
        + surrogates.prefix(4).flatMap { high in surrogates.suffix(2).map { ("6.21 a pair", high + $0) } }

    private static let cut: [[UInt8]] = [
        [0xC0], [0xE0, 0x80], [0xF0, 0x80, 0x80], [0xF8, 0x80, 0x80, 0x80], [0xFC, 0x80, 0x80, 0x80, 0x80], [0xDF],
        [0xEF, 0xBF], [0xF7, 0xBF, 0xBF], [0xFB, 0xBF, 0xBF, 0xBF], [0xFD, 0xBF, 0xBF, 0xBF, 0xBF],
    ]

    /// D800, DB7F, DB80, DBFF; DC00, DF80, DFFF.
    private static let surrogates: [[UInt8]] = [
        [0xED, 0xA0, 0x80], [0xED, 0xAD, 0xBF], [0xED, 0xAE, 0x80], [0xED, 0xAF, 0xBF], [0xED, 0xB0, 0x80],
        [0xED, 0xBE, 0x80], [0xED, 0xBF, 0xBF],
    ]

    /// A character of seven bits in forms of two to six bytes.
    private static func overlong(_ character: UInt8) -> [[UInt8]] {
        [[0xC0], [0xE0, 0x80], [0xF0, 0x80, 0x80], [0xF8, 0x80, 0x80, 0x80], [0xFC, 0x80, 0x80, 0x80, 0x80]].map {
            $0 + [0x80 | character]
        }
    }

    private static func utf8(_ scalar: UInt32) -> [UInt8]? { Unicode.Scalar(scalar).map { Array(String($0).utf8) } }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.prefix(12).map { String($0, radix: 16) }.joined(separator: " ")
    }
}
