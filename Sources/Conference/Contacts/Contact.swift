import FoundationEssentials

/// Somebody in the address book.
package struct Contact: Identifiable, Hashable, Sendable {
    package let id: String
    /// Unique, whatever the case of its letters.
    package var name: String
    /// As it was written: `host`, `host:port`, `[v6]:port`, `name@server`. Unique.
    package var address: String
    /// Any text of several lines.
    package var note: String
    /// Whether there is a picture: `ContactBook.photo(of:)` has it.
    package var hasPhoto: Bool
    /// The identity key that this person's calls must show: `sha-256 AA:BB:...`; nil before the first call.
    package internal(set) var fingerprint: String?
    /// Whether the user has compared the call's digits with this person, for the key of now.
    package internal(set) var isVerified: Bool
    package internal(set) var created: Date
    package internal(set) var changed: Date
}

/// What a person writes about a contact, before it is checked.
package struct ContactDraft: Hashable, Sendable {
    /// What becomes of the picture.
    package enum Photo: Hashable, Sendable {
        case keep, remove
        /// PNG or JPEG.
        case replace([UInt8])
    }

    package var name: String
    package var address: String
    package var note: String
    package var photo: Photo

    package init(name: String = "", address: String = "", note: String = "", photo: Photo = .keep) {
        self.name = name
        self.address = address
        self.note = note
        self.photo = photo
    }

    package init(_ contact: Contact) {
        self.init(name: contact.name, address: contact.address, note: contact.note)
    }
}

/// Why a contact cannot be like that.
package enum ContactProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case nameMissing, nameUnusable, nameTaken
    case addressMissing, addressInvalid, addressTaken
    case noteTooLong
    case photoUnreadable, photoTooLarge
    case tooMany
    case notFound
    /// The digits were not compared in a call yet, so there is no key to be verified.
    case noKey
    /// The disk refuses; with its words.
    case notKept(String)

    /// One sentence for people, in English; the interface translates it.
    package var description: String {
        switch self {
        case .nameMissing: translatable("A contact needs a name.")
        case .nameUnusable: translatable("A name has up to 128 characters that can be shown.")
        case .nameTaken: translatable("Another contact has this name.")
        case .addressMissing: translatable("A contact needs an address to be called at.")
        case .addressInvalid: translatable("This is not an address that can be called.")
        case .addressTaken: translatable("Another contact has this address.")
        case .noteTooLong: translatable("A note has up to 4000 characters.")
        case .photoUnreadable: translatable("A picture has to be a PNG or JPEG file.")
        case .photoTooLarge: translatable("This picture is too large.")
        case .tooMany: translatable("There is no room for more contacts.")
        case .notFound: translatable("There is no such contact.")
        case .noKey: translatable("Call this contact first: only then is there a key to verify.")
        case .notKept: translatable("The contacts cannot be written to the disk.")
        }
    }

    /// Whether it is about the name, so that a form can say it there.
    package var isAboutName: Bool { [.nameMissing, .nameUnusable, .nameTaken].contains(self) }
    package var isAboutAddress: Bool { [.addressMissing, .addressInvalid, .addressTaken].contains(self) }
}

extension Contact {
    /// Nil only for one that an older version has left.
    package var place: CallAddress? { CallAddress(address) }
}
