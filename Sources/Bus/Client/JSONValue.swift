import GLibKit

/// A JSON value to print; members keep their order.
package nonisolated indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// What is no number in JSON (infinite, not a number) prints as null.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// A name and its value in an object.
    package struct Member: Hashable, Sendable {
        package let name: String
        package let value: JSONValue

        package init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// Members by name, sorted.
    package static func object(_ members: [String: JSONValue]) -> JSONValue {
        .object(members.sorted { $0.key < $1.key }.map { Member($0.key, $0.value) })
    }

    /// An object's member.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// A D-Bus value; numbers above 2^63 become floating.
    package init(_ variant: Variant) {
        self =
            switch variant {
            case .bool(let value): .bool(value)
            case .int32(let value): .integer(Int64(value))
            case .uint16(let value): .integer(Int64(value))
            case .uint32(let value): .integer(Int64(value))
            case .int64(let value): .integer(value)
            case .uint64(let value): Int64(exactly: value).map(JSONValue.integer) ?? .number(Double(value))
            case .double(let value): .number(value)
            case .string(let value): .string(value)
            case .objectPath(let path): .string(path.description)
            case .strings(let values): .array(values.map(JSONValue.string))
            case .objectPaths(let paths): .array(paths.map { .string($0.description) })
            case .bytes(let bytes): .array(bytes.map { .integer(Int64($0)) })
            case .byteArrays(let arrays): .array(arrays.map { JSONValue(.bytes($0)) })
            case .texts(let texts): .object(texts.mapValues { .string($0) })
            case .dictionary(let values): .object(values.mapValues { JSONValue($0) })
            case .variant(let inner): JSONValue(inner)
            case .tuple(let values): .array(values.map { JSONValue($0) })
            }
    }

    /// On one line, or indented by two spaces a level.
    package func text(pretty: Bool = false) -> String {
        var text = ""
        write(to: &text, indent: pretty ? 0 : nil)
        return text
    }

    private func write(to text: inout String, indent: Int?) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .number(let value): text += Self.text(value)
        case .string(let value): Self.write(value, to: &text)
        case .array(let values):
            Self.write(values, "[", "]", to: &text, indent: indent) { $0.write(to: &$1, indent: $2) }
        case .object(let members):
            Self.write(members, "{", "}", to: &text, indent: indent) { member, text, indent in
                Self.write(member.name, to: &text)
                text += indent == nil ? ":" : ": "
                member.value.write(to: &text, indent: indent)
            }
        }
    }

    private static func write<Element>(
        _ elements: [Element], _ open: String, _ close: String, to text: inout String, indent: Int?,
        _ body: (Element, inout String, Int?) -> Void
    ) {
        let inner = indent.map { $0 + 1 }
        let line = { (level: Int?) in level.map { "\n" + String(repeating: "  ", count: $0) } ?? "" }
        text += open
        for (index, element) in elements.enumerated() {
            text += (index == 0 ? "" : ",") + line(inner)
            body(element, &text, inner)
        }
        text += (elements.isEmpty ? "" : line(indent)) + close
    }

    private static func text(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return String(whole) }
        return String(value)
    }

    private static func write(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
