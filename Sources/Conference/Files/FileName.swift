/// Names that come from others, made fit for a disk and for a screen.
package enum FileName {
    /// Bytes of a name, as most file systems have it, less room for ` (99)` and `.part`.
    package static let limit = 240

    /// A name without a path, that is not hidden, that holds nothing that a screen would obey, and that is not too long.
    package static func safe(_ text: String) -> String {
        // Whatever sender's system it was: the last part of a path.
        let last = text.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map { String($0) } ?? ""
        var scalars = String.UnicodeScalarView()
        for scalar in last.unicodeScalars where isAllowed(scalar) { scalars.append(scalar) }
        var name = String(scalars)
        while let first = name.first, first == "." || first == " " || first == "~" { name.removeFirst() }
        name = trimmed(shortened(trimmed(name)))
        return name.isEmpty ? "file" : name
    }

    /// Without the spaces and dots at the end, which are not seen.
    private static func trimmed(_ name: String) -> String {
        var name = name
        while let end = name.last, end == " " || end == "." { name.removeLast() }
        return name
    }

    /// No controls, no marks that turn the writing round or that nobody sees, no line ends, nothing private.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: scalar != "\u{FFFD}" && scalar != "\0"
        }
    }

    /// Keeps the ending, by which programs know the kind.
    private static func shortened(_ name: String) -> String {
        guard name.utf8.count > limit else { return name }
        let (stem, ending) = parts(name)
        let kept = ending.utf8.count <= 32 ? ending : ""
        var short = kept.isEmpty ? name : stem
        while short.utf8.count + kept.utf8.count > limit { short.removeLast() }
        return short + kept
    }

    /// `archive` and `.tar.gz`; no ending for a name without.
    static func parts(_ name: String) -> (stem: String, ending: String) {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (name, "") }
        let (stem, ending) = (name[..<dot], name[dot...])
        if stem.hasSuffix(".tar"), stem.count > 4 { return (String(stem.dropLast(4)), ".tar" + ending) }
        return (String(stem), String(ending))
    }

    /// The `number`th try at a name that is not taken: `name (2).ext`.
    package static func numbered(_ name: String, _ number: Int) -> String {
        guard number > 1 else { return name }
        let (stem, ending) = parts(name)
        return "\(stem) (\(number))\(ending)"
    }

    /// The parts of a path below a folder; nil for one that leads out of it, or is too deep or too long.
    package static func components(ofRelative path: String) -> [String]? {
        guard path.utf8.count <= 4096, !path.hasPrefix("/") else { return nil }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
        guard (1...depthLimit).contains(parts.count) else { return nil }
        for part in parts {
            guard !part.isEmpty, part != ".", part != "..", part.utf8.count <= 255,
                part.unicodeScalars.allSatisfy({ isAllowed($0) })
            else { return nil }
        }
        return parts
    }

    package static let depthLimit = 32
}
