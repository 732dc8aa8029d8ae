import FoundationEssentials

/// How names are compared: as people do, not as bytes.
enum ContactText {
    /// Without case and without marks: `Élodie` and `elodie` are found by each other.
    static func folded(_ text: String) -> String {
        var folded = String.UnicodeScalarView()
        for scalar in text.lowercased().unicodeScalars
        where scalar.properties.generalCategory != .nonspacingMark {
            folded.append(scalar.isASCII ? scalar : base(of: scalar))
        }
        return String(folded)
    }

    /// The letter below the marks. A letter's name says which it is, "LATIN SMALL LETTER E WITH ACUTE", and names never
    /// change (Unicode's stability policy); so `ø` and `ł`, which do not decompose, are found by `o` and `l` too.
    private static func base(of scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard let name = scalar.properties.name, let mark = name.firstRange(of: " WITH ") else { return scalar }
        return letters[String(name[..<mark.lowerBound])] ?? scalar
    }

    /// Latin, Greek and Cyrillic letters without marks, by name.
    private static let letters: [String: Unicode.Scalar] = {
        var letters: [String: Unicode.Scalar] = [:]
        for range in [0x61...0x24F, 0x370...0x4FF] as [ClosedRange<UInt32>] {
            for scalar in range.lazy.compactMap({ Unicode.Scalar($0) }) {
                if let name = scalar.properties.name, !name.contains(" WITH ") { letters[name] = scalar }
            }
        }
        return letters
    }()

    /// What makes two names the same: case does not count, marks do.
    static func key(_ name: String) -> String { name.lowercased() }

    /// Characters of a note.
    static let noteLimit = 4000

    /// Line breaks and tabs are part of a note; other control characters, and what turns the writing direction, are not.
    static func isNote(_ text: String) -> Bool {
        text.utf8.count <= 4 * noteLimit && text.count <= noteLimit
            && text.split(separator: "\n", omittingEmptySubsequences: true).allSatisfy { line in
                line.unicodeScalars.allSatisfy { $0 == "\t" || SignalingText.isShown($0) }
            }
    }

    /// The nearest text that is a note.
    static func note(_ text: String) -> String {
        let lines = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        let shown = lines.unicodeScalars.prefix(4 * noteLimit).filter {
            $0 == "\n" || $0 == "\t" || SignalingText.isShown($0)
        }
        var note = String(String(String.UnicodeScalarView(shown)).prefix(noteLimit))
        while note.utf8.count > 4 * noteLimit { note.removeLast() }
        return note
    }
}
