import Conference
import GLibKit

/// Somebody on this network as one line of a list: a plain copy, decided without GTK.
package nonisolated struct FoundItem: Hashable, Sendable {
    package var id: String
    package var name: String
    package var address: String
    package var contactID: String?

    package init(_ person: PersonOnNetwork) {
        id = person.id
        name = person.name
        address = person.address
        contactID = person.contactID
    }

    /// What a screen reader says of the line.
    package var spoken: String {
        [name, contactID == nil ? "" : tr("One of your contacts"), address].filter { !$0.isEmpty }.joined(
            separator: ", ")
    }
}

extension PeopleOnNetwork {
    /// Those whose name or address has the text, as lines.
    package func items(_ search: String = "") -> [FoundItem] {
        let words = search.lowercased().split(whereSeparator: \.isWhitespace)
        return people.filter { person in
            let searched = "\(person.name)\n\(person.address)".lowercased()
            return words.allSatisfy { searched.contains($0) }
        }.map { FoundItem($0) }
    }
}
