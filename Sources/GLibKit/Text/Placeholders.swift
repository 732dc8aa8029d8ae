/// Replaces each `{name}` of a sentence by its value, in one pass: a value that holds braces is not read again, and an
/// unknown name stays as it is.
package nonisolated func fillPlaceholders(_ text: String, _ values: [String: String]) -> String {
    guard !values.isEmpty, text.utf8.contains(UInt8(ascii: "{")) else { return text }
    var result = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
        result += rest[..<open]
        let inside = rest[rest.index(after: open)...]
        if let close = inside.firstIndex(where: { $0 == "}" || $0 == "{" }), inside[close] == "}",
            let value = values[String(inside[..<close])]
        {
            result += value
            rest = inside[inside.index(after: close)...]
        } else {
            result += "{"
            rest = inside
        }
    }
    return result + rest
}
