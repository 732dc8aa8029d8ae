/// Why bytes from the network could not be understood. Parsers throw nothing else.
package enum WireError: Error, Hashable {
    /// The input ended before the structure did.
    case truncated
    /// A field holds a value that its specification forbids; the text names the field.
    case malformed(StaticText)
    /// A cap against abuse was passed; the text names the cap.
    case tooMany(StaticText)
    /// A version or type that this implementation does not speak.
    case unsupported(StaticText)
}

/// A `StaticString` that can be compared, so that errors stay free of allocation and of text from the network.
package struct StaticText: Hashable, ExpressibleByStringLiteral, CustomStringConvertible, Sendable {
    private let text: StaticString

    package init(stringLiteral value: StaticString) { text = value }

    package var description: String { "\(text)" }

    package static func == (left: StaticText, right: StaticText) -> Bool { left.description == right.description }

    package func hash(into hasher: inout Hasher) { hasher.combine(description) }
}
