/// What a chat message may say.
package enum ChatText {
    /// Bytes of UTF-8.
    package static let limit = 16 << 10

    /// Whether a text can be sent: not empty, not too long.
    package static func isAllowed(_ text: String) -> Bool {
        text.utf8.count <= limit && text.unicodeScalars.contains { !$0.properties.isWhitespace && isShown($0) }
    }

    /// The text without what could fool whoever reads it: control characters, and overrides of writing direction.
    package static func shown(_ text: String) -> String {
        guard !text.unicodeScalars.allSatisfy(isShown) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.filter(isShown)))
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: true
        // Embeddings, overrides and isolates of writing direction (Unicode UAX #9); single marks are harmless.
        case 0x202A...0x202E, 0x2066...0x2069: false
        default: scalar.properties.generalCategory != .control
        }
    }
}
