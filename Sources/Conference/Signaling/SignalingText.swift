/// What texts of a peer may hold before they reach the screen, a file or a parser.
enum SignalingText {
    /// Characters of a name.
    static let nameLimit = 128

    /// Whether a text may be shown: short, one line, no control characters, nothing that turns the writing direction
    /// of what stands beside it.
    static func isName(_ text: String) -> Bool {
        // A character can be any number of code points: the bytes are what is limited.
        text.utf8.count <= 4 * nameLimit && text.count <= nameLimit && text.unicodeScalars.allSatisfy(isShown)
    }

    /// The nearest text that `isName` accepts.
    static func name(_ text: String) -> String {
        var name = String(String.UnicodeScalarView(text.unicodeScalars.prefix(4 * nameLimit).filter(isShown)))
        name = String(name.prefix(nameLimit))
        while name.utf8.count > 4 * nameLimit { name.removeLast() }
        return name
    }

    /// Whether a text may be one line of a description: at most so many bytes of printable ASCII.
    static func isLine(_ text: String, limit: Int) -> Bool {
        text.utf8.count <= limit && text.utf8.allSatisfy { (32...126).contains($0) }
    }

    /// Whether a text may be a session description: lines, no other control characters.
    static func isDescription(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 >= 32 && $0 != 127 || $0 == 10 || $0 == 13 }
    }

    /// Whether a code point may be shown: no control character, nothing that turns the writing direction.
    static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Marks, embeddings, overrides and isolates of writing direction (Unicode UAX #9).
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: return false
        // Line and paragraph separators.
        case 0x2028, 0x2029: return false
        default: return scalar.properties.generalCategory != .control
        }
    }
}
