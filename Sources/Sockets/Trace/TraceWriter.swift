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
        var text = heading(event)
        if case .data(_, let bytes, _) = event.kind {
            for line in Self.lines(bytes) { text += "    \(line)\n" }
        }
        return Array(text.utf8)
    }

    /// The bytes as lines of text. Control characters, which a terminal would obey, are shown as `\r` or `\x1B`.
    public static func lines(_ bytes: [UInt8]) -> [String] {
        let body = bytes.last == 0x0A ? bytes.dropLast() : bytes[...]
        return body.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            printable(String(decoding: $0, as: UTF8.self))
        }
    }
}

/// Lines for people: the bytes in hexadecimal and, beside them, as ASCII.
public struct HexTraceWriter: TraceWriter {
    /// A writer.
    public init() {}

    /// A line that says what happened, and below it sixteen bytes a line.
    public mutating func encode(_ event: TraceEvent) -> [UInt8] {
        var text = heading(event)
        if case .data(_, let bytes, _) = event.kind {
            for line in Self.lines(bytes) { text += "    \(line)\n" }
        }
        return Array(text.utf8)
    }

    /// Sixteen bytes a line: their place, the figures, the characters.
    public static func lines(_ bytes: [UInt8]) -> [String] {
        stride(from: 0, to: bytes.count, by: 16).map { offset in
            let row = bytes[offset..<min(offset + 16, bytes.count)]
            var line = [UInt8]()
            line.reserveCapacity(80)
            for shift in stride(from: 24, through: 0, by: -8) {
                line.append(hexadecimal: UInt8(truncatingIfNeeded: offset >> shift))
            }
            line.append(0x20)
            for byte in row {
                line.append(0x20)
                line.append(hexadecimal: byte)
            }
            line += repeatElement(0x20, count: 3 * (16 - row.count) + 2)
            line += row.lazy.map { (0x20...0x7E).contains($0) ? $0 : 0x2E }
            return String(decoding: line, as: UTF8.self)
        }
    }
}

/// What happened, and what begins in the bytes. The names hold what came from the network.
private func heading(_ event: TraceEvent) -> String {
    guard case .data(_, _, let names) = event.kind else { return event.line + "\n" }
    return names.reduce(into: event.line + "\n") { $0 += "    [\(printable($1.description))]\n" }
}

/// Without characters that a terminal would obey.
private func printable(_ line: String) -> String {
    // Nearly always there are none.
    guard line.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 }) else { return line }
    var text = ""
    for scalar in line.unicodeScalars {
        switch scalar.value {
        case 0x09: text += "\t"
        case 0x0A: text += "\\n"
        case 0x0D: text += "\\r"
        case 0x00...0x1F, 0x7F...0x9F: text += "\\x" + hexadecimal(UInt8(scalar.value))
        default: text.unicodeScalars.append(scalar)
        }
    }
    return text
}

/// Two figures.
func hexadecimal(_ byte: UInt8) -> String {
    var figures: [UInt8] = []
    figures.append(hexadecimal: byte)
    return String(decoding: figures, as: UTF8.self)
}

extension [UInt8] {
    /// Appends two figures.
    mutating func append(hexadecimal byte: UInt8) {
        let (high, low) = (byte >> 4, byte & 15)
        append(high < 10 ? 0x30 + high : 0x37 + high)
        append(low < 10 ? 0x30 + low : 0x37 + low)
    }
}
