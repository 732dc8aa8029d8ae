/// What a message's marks mean: `*bold*`, `_italic_`, `~struck out~`, `` `code` ``, and links. The text stays as it was
/// typed; whoever shows it shows the runs.
package struct ChatRun: Hashable, Sendable {
    /// How a run is shown; several may hold at once.
    package struct Style: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let bold = Style(rawValue: 1)
        package static let italic = Style(rawValue: 2)
        package static let struck = Style(rawValue: 4)
        package static let code = Style(rawValue: 8)
    }

    package var text: String
    package var style: Style
    /// Where a click leads; nil for plain text.
    package var link: String?

    /// The runs of a message.
    package static func runs(of text: String) -> [ChatRun] {
        var runs: [ChatRun] = []
        parse(text[...], [], depth: 0, &runs)
        return runs
    }

    private static let marks: [Character: Style] = ["*": .bold, "_": .italic, "~": .struck, "`": .code]
    /// Marks within marks.
    private static let depthLimit = 4
    /// How far the end of a mark is looked for: what is longer is no emphasis.
    private static let reach = 2000

    private static func parse(_ text: Substring, _ style: Style, depth: Int, _ runs: inout [ChatRun]) {
        var index = text.startIndex
        var plain = index
        var before: Character = " "
        while index < text.endIndex {
            let character = text[index]
            if let length = linkLength(text[index...], after: before) {
                add(text[plain..<index], style, &runs)
                let end = text.index(index, offsetBy: length)
                let address = String(text[index..<end])
                append(ChatRun(text: address, style: style, link: address), &runs)
                (before, index, plain) = ("x", end, end)
            } else if let mark = marks[character], depth < depthLimit, !style.contains(mark), isEdge(before),
                let end = closing(character, in: text[index...])
            {
                add(text[plain..<index], style, &runs)
                let inside = text[text.index(after: index)..<end]
                if mark == .code {
                    append(ChatRun(text: String(inside), style: style.union(mark), link: nil), &runs)
                } else {
                    parse(inside, style.union(mark), depth: depth + 1, &runs)
                }
                index = text.index(after: end)
                (before, plain) = (character, index)
            } else {
                before = character
                index = text.index(after: index)
            }
        }
        add(text[plain...], style, &runs)
    }

    private static func add(_ text: Substring, _ style: Style, _ runs: inout [ChatRun]) {
        if !text.isEmpty { append(ChatRun(text: String(text), style: style, link: nil), &runs) }
    }

    private static func append(_ run: ChatRun, _ runs: inout [ChatRun]) {
        guard !run.text.isEmpty else { return }
        if let last = runs.last, last.style == run.style, last.link == nil, run.link == nil {
            runs[runs.count - 1].text += run.text
        } else {
            runs.append(run)
        }
    }

    /// Where a mark that begins here ends: on the same line, something that is no space at both of its inner edges.
    private static func closing(_ mark: Character, in text: Substring) -> Substring.Index? {
        let inside = text.dropFirst()
        guard let first = inside.first, !first.isWhitespace, first != mark else { return nil }
        var last = first
        var index = inside.startIndex
        for _ in 0..<reach {
            guard index < inside.endIndex, !inside[index].isNewline else { return nil }
            let next = inside.index(after: index)
            if inside[index] == mark, !last.isWhitespace, index > inside.startIndex,
                next == inside.endIndex || isEdge(inside[next])
            {
                return index
            }
            last = inside[index]
            index = next
        }
        return nil
    }

    /// Words with marks inside, as file_names have, are no emphasis.
    private static func isEdge(_ character: Character) -> Bool { !character.isLetter && !character.isNumber }

    // MARK: Links

    private static let schemes = ["https://", "http://", "mailto:"]
    private static let linkLimit = 2048

    /// The characters of a link that begins here; nil where none does.
    private static func linkLength(_ text: Substring, after before: Character) -> Int? {
        guard let first = text.first, "hHmM".contains(first), isEdge(before) else { return nil }
        let head = text.prefix(8).lowercased()
        guard let scheme = schemes.first(where: { head.hasPrefix($0) }) else { return nil }
        var link = text.prefix(linkLimit).prefix { isOfLink($0) }
        // A sentence's end is not the link's; nor is the bracket that it stands in.
        while let last = link.last, ".,;:!?'*_~`".contains(last) || (last == ")" && !link.contains("(")) {
            link.removeLast()
        }
        return link.count > scheme.count ? link.count : nil
    }

    /// Whether a character may be in a link: what is not to be seen may not, for the text shows where the link leads.
    private static func isOfLink(_ character: Character) -> Bool {
        !character.isWhitespace && !"<>\"".contains(character)
            && character.unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .format, .control, .privateUse, .unassigned, .surrogate: false
                default: !scalar.properties.isDefaultIgnorableCodePoint
                }
            }
    }
}
