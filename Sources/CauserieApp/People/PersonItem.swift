import Conference
import GLibKit

/// A contact as one line of a list: a plain copy, decided without GTK.
package nonisolated struct PersonItem: Hashable, Sendable {
    package var id: String
    package var name: String
    package var address: String
    package var presence: Presence
    package var isVerified: Bool
    package var hasPhoto: Bool

    package init(_ contact: Contact, _ presence: Presence?) {
        id = contact.id
        name = contact.name
        address = CallSituation.shortened(contact.address)
        self.presence = presence ?? .unasked
        isVerified = contact.isVerified
        hasPhoto = contact.hasPhoto
    }

    /// How the person can be reached, in words; the address while that is not known.
    package var detail: String { presence == .unasked ? address : translated(presence.sentence, presence.values) }

    /// What a screen reader says of the line.
    package var spoken: String {
        let words = [name, isVerified ? tr("Verified") : "", detail, presence == .unasked ? "" : address]
        return words.filter { !$0.isEmpty }.joined(separator: ", ")
    }
}

extension ContactBook {
    /// The contacts that a text finds, as lines.
    package func items(_ search: String = "") -> [PersonItem] {
        self.search(search).map { PersonItem($0, presences[$0.id]) }
    }
}
