/// Turns events into a log.
public protocol TraceWriter: Sendable {
    /// What the log begins with.
    var prologue: [UInt8] { get }

    /// What the log says of an event.
    mutating func encode(_ event: TraceEvent) -> [UInt8]
}

extension TraceWriter {
    /// Nothing: most logs begin with their first event.
    public var prologue: [UInt8] { [] }
}

/// Lines for people: the bytes as text.
public struct TextTraceWriter: TraceWriter {
    /// A writer.
    public init() {}

    /// A line that says what happened, and the text itself below it, indented.
    public mutating func encode(_ event: TraceEvent) -> [UInt8] {
        var text = event.line + "\n"
        if case .data(_, let bytes, let names) = event.kind {
            for name in names { text += "    [\(name)]\n" }
            let body = bytes.last == 0x0A ? bytes.dropLast() : bytes[...]
            for line in body.split(separator: 0x0A, omittingEmptySubsequences: false) {
                text += "    \(Self.printable(line))\n"
            }
        }
        return Array(text.utf8)
    }

    /// Control characters, which a terminal would obey, as `\r` or `\x1B`.
    private static func printable(_ bytes: ArraySlice<UInt8>) -> String {
        var text = ""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0x09: text += "\t"
            case 0x0D: text += "\\r"
            case 0x00...0x1F, 0x7F...0x9F: text += "\\x" + hexadecimal(UInt8(scalar.value))
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

/// Lines for people: the bytes in hexadecimal and, beside them, as ASCII.
public struct HexTraceWriter: TraceWriter {
    /// A writer.
    public init() {}

    /// A line that says what happened, and below it sixteen bytes a line.
    public mutating func encode(_ event: TraceEvent) -> [UInt8] {
        var text = event.line + "\n"
        if case .data(_, let bytes, let names) = event.kind {
            for name in names { text += "    [\(name)]\n" }
            for offset in stride(from: 0, to: bytes.count, by: 16) {
                let row = bytes[offset..<min(offset + 16, bytes.count)]
                let figures = row.map { hexadecimal($0) }.joined(separator: " ")
                let gap = String(repeating: " ", count: 3 * (16 - row.count) + 2)
                let characters = row.map { (0x20...0x7E).contains($0) ? String(UnicodeScalar($0)) : "." }.joined()
                let place = String(offset, radix: 16)
                text += "    \(String(repeating: "0", count: max(8 - place.count, 0)))\(place)  "
                text += "\(figures)\(gap)\(characters)\n"
            }
        }
        return Array(text.utf8)
    }
}

/// Two figures.
func hexadecimal(_ byte: UInt8) -> String {
    let text = String(byte, radix: 16, uppercase: true)
    return text.count == 1 ? "0" + text : text
}
