import FoundationEssentials

/// What became of the cards of a file.
package struct ContactImport: Hashable, Sendable {
    package var added = 0
    /// Whose name or address a contact has already.
    package var known = 0
    /// Nobody to be called.
    package var withoutAddress = 0
    /// Added, but the picture was left out.
    package var withoutPhoto = 0
}

/// Contacts as files.
extension ContactBook {
    /// Adds the contacts that a vCard file describes, all or, when the file makes no sense, none.
    package func importContacts(from path: String) throws -> ContactImport {
        let bytes: [UInt8]?
        do {
            bytes = try ProfileFile(path: path).read(atMost: VCardReader.byteLimit)
        } catch { throw VCardProblem.unreadable("\(error)") }
        guard let bytes else { throw VCardProblem.unreadable("there is no such file") }
        return try importContacts(bytes)
    }

    func importContacts(_ bytes: [UInt8]) throws -> ContactImport {
        let read = try VCardReader.read(bytes)
        var result = ContactImport(withoutAddress: read.withoutAddress)
        let drafts = read.drafts.map { draft in
            var draft = draft
            // Somebody without a face is better than nobody.
            if case .replace = draft.photo, [.photoUnreadable, .photoTooLarge].contains(problem(with: draft)) {
                draft.photo = .keep
                result.withoutPhoto += 1
            }
            return draft
        }
        (result.added, result.known) = try add(all: drafts)
        return result
    }

    /// Writes every contact to a file, in place of one that is there.
    package func exportContacts(to path: String, _ version: VCardWriter.Version = .four) throws {
        try ProfileFile(path: path).write(VCardWriter.write(contacts.map { ($0, photo(of: $0)) }, version))
    }
}
