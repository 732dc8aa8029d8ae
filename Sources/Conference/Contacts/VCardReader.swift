import FoundationEssentials

/// Why a file holds no contacts that can be read.
package enum VCardProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case notAVCard
    /// vCard 2.1, or its quoted-printable texts.
    case oldVersion
    case tooLarge
    case unreadable(String)

    /// One sentence for people, in English; the interface translates it.
    package var description: String {
        switch self {
        case .notAVCard: translatable("This file holds no contacts: a vCard file was expected.")
        case .oldVersion:
            translatable("This file is of vCard 2.1, which is not read. Save it as vCard 3.0 or 4.0 first.")
        case .tooLarge: translatable("This file is too large for a list of contacts.")
        case .unreadable: translatable("The file cannot be read.")
        }
    }
}

/// Reads vCard 3.0 (RFC 2426) and 4.0 (RFC 6350): name, address, note and picture of each card. Pictures that are
/// elsewhere are not fetched: whoever keeps them would learn of it.
struct VCardReader {
    /// Bytes of a file.
    static let byteLimit = 64 << 20
    private static let cardLimit = ContactBook.limit
    /// Bytes of one line, put together again: a picture of base 64.
    private static let lineLimit = 24 << 20

    /// What a file holds.
    struct Result: Hashable, Sendable {
        var drafts: [ContactDraft] = []
        /// Cards that are nobody to be called: without a name or an address of ours.
        var withoutAddress = 0
    }

    private var result = Result()
    private var lines: [VCardLine]?
    private var cards = 0

    static func read(_ bytes: [UInt8]) throws(VCardProblem) -> Result {
        guard bytes.count <= byteLimit else { throw .tooLarge }
        let marked = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        guard let text = String(validating: marked, as: UTF8.self) else { throw .notAVCard }
        var reader = VCardReader()
        var line = ""
        for raw in text.split(omittingEmptySubsequences: true, whereSeparator: \.isNewline) {
            if raw.first == " " || raw.first == "\t" {
                // Folded (§3.2): it goes on here.
                guard line.utf8.count + raw.utf8.count <= lineLimit else { throw .tooLarge }
                line += raw.dropFirst()
            } else {
                try reader.take(line)
                line = String(raw)
            }
        }
        try reader.take(line)
        guard reader.cards > 0, reader.lines == nil else { throw .notAVCard }
        return reader.result
    }

    private mutating func take(_ text: String) throws(VCardProblem) {
        guard !text.isEmpty else { return }
        guard let line = VCardLine(text[...]) else {
            // A line that makes no sense is left out; a file that does not begin as one is none.
            if lines == nil { throw .notAVCard }
            return
        }
        switch (line.name, line.value.uppercased().filter { !$0.isWhitespace }) {
        case ("BEGIN", "VCARD"):
            guard lines == nil else { throw .notAVCard }
            cards += 1
            guard cards <= Self.cardLimit else { throw .tooLarge }
            lines = []
        case ("END", "VCARD"):
            guard let card = lines else { throw .notAVCard }
            lines = nil
            if let draft = Self.draft(card) { result.drafts.append(draft) } else { result.withoutAddress += 1 }
        default:
            guard let count = lines?.count else { throw .notAVCard }
            if line.name == "VERSION", !["3.0", "4.0"].contains(line.value) { throw .oldVersion }
            let isOld = line.has("ENCODING", "quoted-printable") || line.has("", "quoted-printable")
            guard !isOld else { throw .oldVersion }
            // The rest of a card with thousands of lines is nobody's address.
            if count < 1000 { lines?.append(line) }
        }
    }

    private static func draft(_ card: [VCardLine]) -> ContactDraft? {
        guard let name = name(card), let address = address(card) else { return nil }
        let note = ContactText.note(card.filter { $0.name == "NOTE" }.map(\.text).joined(separator: "\n"))
        let photo = card.lazy.filter { $0.name == "PHOTO" }.compactMap(photo).first
        return ContactDraft(
            name: name, address: address, note: note, photo: photo.map { .replace($0) } ?? .keep)
    }

    private static func name(_ card: [VCardLine]) -> String? {
        let formatted = card.first { $0.name == "FN" }?.text
        // Family; given; ...: only where the formatted one is missing.
        let parts = card.first { $0.name == "N" }?.value.split(separator: ";", omittingEmptySubsequences: false)
        let name = formatted ?? parts.map { $0.prefix(2).reversed().joined(separator: " ") } ?? ""
        let shown = SignalingText.name(name.replacing("\n", with: " "))
        let trimmed = String(shown.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        return trimmed.isEmpty ? nil : trimmed
    }

    /// `IMPP:causerie:ADDRESS`, an `URL` of the same scheme, or `X-CAUSERIE-ADDRESS:ADDRESS`.
    private static func address(_ card: [VCardLine]) -> String? {
        for name in ["IMPP", "X-CAUSERIE-ADDRESS", "URL"] {
            for line in card where line.name == name {
                let text = line.text
                let isOurs = text.lowercased().hasPrefix("causerie:")
                guard isOurs || name == "X-CAUSERIE-ADDRESS" else { continue }
                let rest = isOurs ? String(text.dropFirst("causerie:".count)) : text
                let address = decoded(rest)
                if CallAddress(address) != nil { return address }
            }
        }
        return nil
    }

    /// Percent-encoded bytes as what they are (RFC 3986 §2.1); a text that then makes no sense stays as it was.
    private static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(Substring(rest.prefix(2))), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self) ?? text
    }

    /// `data:image/png;base64,...` (4.0), or base 64 alone with its encoding said (3.0).
    private static func photo(_ line: VCardLine) -> [UInt8]? {
        let isEncoded = line.has("ENCODING", "b") || line.has("ENCODING", "base64")
        var text = line.value[...]
        if !isEncoded {
            guard text.lowercased().hasPrefix("data:image/"), let comma = text.firstIndex(of: ","),
                text[..<comma].lowercased().hasSuffix(";base64")
            else { return nil }
            text = text[text.index(after: comma)...]
        }
        return Data(base64Encoded: text.filter { !$0.isWhitespace && $0 != "\\" }).map { Array($0) }
    }
}
