/// One entry of `Sec-WebSocket-Extensions` (RFC 6455 §9.1).
struct ExtensionHeader: Hashable, Sendable {
    struct Parameter: Hashable, Sendable {
        var name: String
        var value: String?
    }

    /// Entries that are read of a header; a client has no use for more.
    private static let limit = 16

    var name: String
    var parameters: [Parameter]

    /// The entries of a header's values, in order; nil where the text does not follow the grammar.
    static func parse(_ values: [String]) -> [ExtensionHeader]? {
        var entries: [ExtensionHeader] = []
        for value in values {
            guard let parts = split(value, at: UInt8(ascii: ",")) else { return nil }
            for part in parts where !part.isEmpty {
                guard entries.count < limit, let entry = ExtensionHeader(part) else { return nil }
                entries.append(entry)
            }
        }
        return entries
    }

    private init?(_ text: String) {
        guard let parts = Self.split(text, at: UInt8(ascii: ";")), let name = parts.first, HTTPSyntax.isToken(name)
        else { return nil }
        self.name = name.lowercased()
        parameters = []
        for part in parts.dropFirst() {
            guard parameters.count < Self.limit else { return nil }
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let parameter = HTTPSyntax.trimmed(sides[0])
            guard HTTPSyntax.isToken(parameter) else { return nil }
            var value = sides.count > 1 ? HTTPSyntax.trimmed(sides[1]) : nil
            if let quoted = value, quoted.hasPrefix("\""), quoted.hasSuffix("\""), quoted.utf8.count >= 2 {
                value = String(quoted.dropFirst().dropLast()).replacing("\\", with: "")
            }
            // Also within quotes, the value must be a token (§9.1).
            guard value.map(HTTPSyntax.isToken) ?? true else { return nil }
            parameters.append(Parameter(name: parameter.lowercased(), value: value))
        }
    }

    /// Splits outside quoted strings; nil when a string does not end.
    private static func split(_ text: String, at separator: UInt8) -> [String]? {
        var parts: [String] = []
        var part: [UInt8] = []
        var isQuoted = false
        var isEscaped = false
        for byte in text.utf8 {
            if byte == separator, !isQuoted {
                parts.append(HTTPSyntax.trimmed(String(decoding: part, as: UTF8.self)))
                part = []
                continue
            }
            if byte == UInt8(ascii: "\""), !isEscaped { isQuoted.toggle() }
            isEscaped = isQuoted && byte == UInt8(ascii: "\\") && !isEscaped
            part.append(byte)
        }
        guard !isQuoted else { return nil }
        return parts + [HTTPSyntax.trimmed(String(decoding: part, as: UTF8.self))]
    }
}
