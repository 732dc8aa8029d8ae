/// A name by which people see each other: one short line.
enum DisplayName {
    /// Characters, and bytes of UTF-8.
    static let limit = 32
    static let byteLimit = 128

    /// The nearest allowed name: without controls, marks of writing direction, and what markup is made of, since pages of
    /// others put names among theirs. Nil where nothing is left.
    static func clean(_ text: String) -> String? {
        let scalars = text.unicodeScalars.prefix(4 * limit).filter(isAllowed)
        var name = String(String.UnicodeScalarView(scalars))
        let isBlank: (Character) -> Bool = { $0.isWhitespace }
        name = String(name.drop(while: isBlank).prefix(limit))
        while name.last?.isWhitespace == true || name.utf8.count > byteLimit { name.removeLast() }
        return name.isEmpty ? nil : name
    }

    /// `name`, or `name` with the lowest number that makes it different from the taken ones.
    static func unique(_ name: String, among taken: Set<String>) -> String {
        guard taken.contains(name) else { return name }
        var number = 1
        while taken.contains(name + String(number)) { number += 1 }
        return name + String(number)
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3C, 0x3E, 0x26, 0x22: false
        // Marks, embeddings, overrides and isolates of writing direction (Unicode UAX #9); separators of lines.
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029: false
        default: scalar.properties.generalCategory != .control
        }
    }
}
