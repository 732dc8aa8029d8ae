import FoundationEssentials

/// Writes contacts as vCard 4.0 (RFC 6350), or 3.0 for programs that read nothing newer. Keys do not go along: whom to
/// trust, a file cannot say.
package struct VCardWriter {
    /// Of vCard, as it stands in the file.
    package enum Version: String, Hashable, Sendable, CaseIterable {
        case three = "3.0"
        case four = "4.0"
    }

    private let version: Version
    private var text = ""

    init(_ version: Version) { self.version = version }

    /// A card for each contact, with its picture.
    static func write(_ contacts: [(contact: Contact, photo: [UInt8]?)], _ version: Version) -> [UInt8] {
        var writer = VCardWriter(version)
        for (contact, photo) in contacts { writer.add(contact, photo) }
        return Array(writer.text.utf8)
    }

    private mutating func add(_ contact: Contact, _ photo: [UInt8]?) {
        line("BEGIN:VCARD")
        line("VERSION:" + version.rawValue)
        line((version == .four ? "UID:urn:uuid:" : "UID:") + contact.id)
        line("FN:" + Self.escaped(contact.name))
        // 3.0 asks for it.
        if version == .three { line("N:;" + Self.escaped(contact.name) + ";;;") }
        line("IMPP:causerie:" + Self.encoded(contact.address))
        if !contact.note.isEmpty { line("NOTE:" + Self.escaped(contact.note)) }
        if let photo, let format = ContactPhoto.description(of: photo)?.format { add(photo, format) }
        line("END:VCARD")
    }

    private mutating func add(_ photo: [UInt8], _ format: ContactPhoto.Format) {
        let encoded = Data(photo).base64EncodedString()
        switch version {
        case .three: line("PHOTO;ENCODING=b;TYPE=\(format.rawValue.uppercased()):" + encoded)
        case .four: line("PHOTO:data:image/\(format.rawValue);base64," + encoded)
        }
    }

    /// Folded at 75 bytes (§3.2), never within a character.
    private mutating func line(_ line: String) {
        var room = 75
        for character in line.unicodeScalars {
            let size = UTF8.width(character)
            if size > room {
                text += "\r\n "
                room = 74
            }
            text.unicodeScalars.append(character)
            room -= size
        }
        text += "\r\n"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n").replacing(",", with: "\\,")
            .replacing(";", with: "\\;")
    }

    /// As a part of a URI (RFC 3986 §2): the brackets of an IPv6 address stay to be read.
    private static func encoded(_ address: String) -> String {
        var text = ""
        for byte in address.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"),
                UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "@"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return text
    }
}
