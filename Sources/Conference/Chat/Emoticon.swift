/// Faces that are typed with punctuation, and the characters that show them.
package enum Emoticon {
    private static let faces: [String: String] = [
        ":)": "🙂", ":-)": "🙂", ":(": "🙁", ":-(": "🙁", ":D": "😀", ":d": "😀", ":-D": "😀", ";)": "😉", ";-)": "😉",
        ":p": "😛", ":P": "😛", ":-p": "😛", ":-P": "😛", ":'(": "😢", ":'-(": "😢", ":o": "😮", ":O": "😮", ":-o": "😮",
        ":*": "😘", ":-*": "😘", ":/": "😕", ":-/": "😕", "8-)": "😎", "<3": "❤️", ":|": "😐", ":-|": "😐",
    ]

    /// The face that a text ends with, as a word of its own: how many characters it has, and what shows it.
    package static func atEnd(of text: some StringProtocol) -> (length: Int, emoji: String)? {
        let word = String(text.suffix(5).reversed().prefix { !$0.isWhitespace }.reversed())
        guard word.count <= 4 || text.count == word.count, let emoji = faces[word] else { return nil }
        return (word.count, emoji)
    }

    /// The text with the face at its end shown, if there is one: for what is sent before a space is typed.
    package static func replacingLast(in text: String) -> String {
        guard let (length, emoji) = atEnd(of: text) else { return text }
        return text.dropLast(length) + emoji
    }
}
