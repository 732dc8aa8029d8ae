/// A valid D-Bus object path: `/` or elements of letters, digits and underscores.
package nonisolated struct ObjectPath: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// Three bytes for each of a name's 512, and the path before it: what `appending` makes has to be readable again.
    private static let limit = 4096

    /// Nil when the text is no object path, or longer than 4,096 bytes.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.limit, text.utf8.first == UInt8(ascii: "/") else { return nil }
        let elements = text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isValid = elements.allSatisfy { !$0.isEmpty && $0.allSatisfy(Self.isPlain) }
        guard text == "/" || isValid else { return nil }
        description = text
    }

    private init(trusted text: String) { description = text }

    package static let root = ObjectPath(trusted: "/")

    /// The path of something below this one. Any text makes an element: what a path may not hold becomes `_` and two
    /// hexadecimal digits a byte, the underscore included; nothing at all becomes `_`.
    package func appending(_ name: String) -> ObjectPath {
        ObjectPath(trusted: (self == .root ? "" : description) + "/" + Self.escape(name))
    }

    /// The name that `appending(_:)` was given, for a path directly below this one.
    package func name(of child: ObjectPath) -> String? {
        let prefix = self == .root ? "/" : description + "/"
        guard child != .root, child.description.hasPrefix(prefix) else { return nil }
        let element = child.description.dropFirst(prefix.count)
        return element.contains("/") ? nil : Self.unescape(element)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "_")
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    private static func escape(_ name: String) -> String {
        guard !name.isEmpty else { return "_" }
        return name.utf8.reduce(into: "") { text, byte in
            if isAlphanumeric(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "_" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
    }

    private static func unescape(_ element: Substring) -> String? {
        if element == "_" { return "" }
        var bytes: [UInt8] = []
        var rest = element.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "_") else {
                bytes.append(byte)
                continue
            }
            guard let digits = String(rest.prefix(2)), digits.utf8.count == 2, let value = UInt8(digits, radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
