import TestSupport

extension Descriptions {
    /// Changes, drops, repeats, moves or exchanges a few lines or their fields.
    static func mutilate(_ text: String, _ fuzzer: inout Fuzzer) -> String {
        var lines = text.split(separator: "\r\n").map { Array($0.utf8) }
        for _ in 0..<Int.random(in: 1...4, using: &fuzzer) {
            let (index, other) = (
                Int.random(in: 0..<lines.count, using: &fuzzer), Int.random(in: 0..<lines.count, using: &fuzzer)
            )
            switch fuzzer.next() % 6 {
            case 0: fuzzer.damage(&lines[index], upTo: 2)
            case 1: if lines.count > 1 { lines.remove(at: index) }
            case 2: lines.insert(lines[index], at: other)
            case 3: lines.swapAt(index, other)
            case 4:
                // A number where numbers end.
                let numbers = ["0", "-1", "65535", "65536", "4294967296", "18446744073709551616", "NaN", ""]
                let parts = lines[index].split(whereSeparator: { $0 == 0x3A || $0 == 0x20 })
                guard let last = parts.last else { continue }
                let number = numbers[Int(fuzzer.next() % UInt64(numbers.count))]
                lines[index].replaceSubrange(last.startIndex..<last.endIndex, with: number.utf8)
            default: lines[index] += lines[other]
            }
        }
        return lines.map { String(decoding: $0, as: UTF8.self) + "\r\n" }.joined()
    }
}
