/// One content line of a vCard (RFC 6350 §3.3): `group.NAME;PARAMETER=value:value`.
struct VCardLine: Hashable, Sendable {
    /// In capitals, without its group.
    var name: String
    /// By name in capitals; a value without a name, as old files have them, is under the empty one.
    var parameters: [String: [String]] = [:]
    /// As it stands there, escapes and all.
    var value: String

    /// Nil when it is no content line.
    init?(_ line: Substring) {
        guard let colon = Self.firstColon(of: line) else { return nil }
        value = String(line[line.index(after: colon)...])
        var parts = Self.split(line[..<colon], at: ";")[...]
        guard let head = parts.popFirst() else { return nil }
        let bare = head.lastIndex(of: ".").map { head[head.index(after: $0)...] } ?? head
        guard !bare.isEmpty, bare.utf8.allSatisfy(Self.isNameByte) else { return nil }
        name = bare.uppercased()
        for part in parts.prefix(32) {
            let equals = part.firstIndex(of: "=")
            let key = equals.map { part[..<$0].uppercased() } ?? ""
            let values = equals.map { part[part.index(after: $0)...] } ?? part
            parameters[key, default: []] += Self.split(values, at: ",").prefix(16).map { value in
                value.hasPrefix("\"") && value.hasSuffix("\"") && value.count > 1
                    ? String(value.dropFirst().dropLast()) : String(value)
            }
        }
    }

    /// The value of a text property, its escapes (§3.4) taken out.
    var text: String {
        var text = ""
        var isEscaped = false
        for character in value {
            if isEscaped {
                text.append(character == "n" || character == "N" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                text.append(character)
            }
        }
        return text
    }

    /// Whether a parameter has this value, whatever the case.
    func has(_ parameter: String, _ value: String) -> Bool {
        parameters[parameter]?.contains { $0.lowercased() == value.lowercased() } ?? false
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "-"): true
        default: false
        }
    }

    /// The one that ends name and parameters: not within quotes.
    private static func firstColon(of line: Substring) -> Substring.Index? {
        var isQuoted = false
        for index in line.indices {
            switch line[index] {
            case "\"": isQuoted.toggle()
            case ":" where !isQuoted: return index
            default: break
            }
        }
        return nil
    }

    private static func split(_ text: Substring, at separator: Character) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var isQuoted = false
        for index in text.indices {
            if text[index] == "\"" { isQuoted.toggle() }
            guard text[index] == separator, !isQuoted else { continue }
            parts.append(text[start..<index])
            start = text.index(after: index)
        }
        return parts + [text[start...]]
    }
}
