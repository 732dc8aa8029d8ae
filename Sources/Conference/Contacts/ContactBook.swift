import FoundationEssentials
import Logging
import Observation
import RTC

/// The address book: the profile's contacts, sorted by name, and how each of them is to be reached now.
@MainActor @Observable package final class ContactBook {
    /// More than a person has, and few enough to be looked through at once.
    package nonisolated static let limit = 5000

    package private(set) var contacts: [Contact] = [] { didSet { index = ContactIndex(contacts) } }
    /// By contact; what is not in it was not looked at yet.
    package internal(set) var presences: [String: Presence] = [:]

    /// Makes a picture small enough to be kept; nil where nothing can, and then only small ones are taken.
    @ObservationIgnored package var scalePhoto: (([UInt8]) -> [UInt8]?)?
    private var index = ContactIndex([])
    @ObservationIgnored private let store: ContactStore
    @ObservationIgnored private let trust: KnownIdentities
    @ObservationIgnored private let logger: Logger

    init(_ database: ProfileDatabase, trust: KnownIdentities, logger: Logger) {
        store = ContactStore(database: database)
        self.trust = trust
        self.logger = logger
        do {
            contacts = Self.sorted(try store.all())
            // Within an initializer nothing observes.
            index = ContactIndex(contacts)
        } catch { logger.error("the contacts cannot be read: \(error)") }
    }

    private static func sorted(_ contacts: [Contact]) -> [Contact] {
        contacts.map { (ContactText.folded($0.name), $0) }.sorted { ($0.0, $0.1.id) < ($1.0, $1.1.id) }.map(\.1)
    }

    // MARK: Finding

    package subscript(id: String) -> Contact? { index[id].map { contacts[$0] } }

    /// Whatever the case of the letters.
    package func contact(named name: String) -> Contact? { index[name: name].map { contacts[$0] } }

    func contact(at address: CallAddress) -> Contact? { index[address].map { contacts[$0] } }

    /// The contact whose calls show this key.
    package func contact(withFingerprint fingerprint: String) -> Contact? {
        index[fingerprint: fingerprint].map { contacts[$0] }
    }

    /// Those whose name, address or note has each of the words somewhere, whatever case and marks.
    package func search(_ text: String) -> [Contact] {
        let words = ContactText.folded(String(text.prefix(256))).split(whereSeparator: \.isWhitespace)
        if words.isEmpty { return contacts }
        return contacts.filter { contact in
            let searched = ContactText.folded("\(contact.name)\n\(contact.address)\n\(contact.note)")
            return words.allSatisfy { searched.contains($0) }
        }
    }

    /// The PNG or JPEG file of a contact.
    package func photo(of contact: Contact) -> [UInt8]? {
        guard contact.hasPhoto else { return nil }
        do {
            return try store.photo(of: contact.id)
        } catch {
            logger.warning("a contact's picture cannot be read: \(error)")
            return nil
        }
    }

    // MARK: Changing

    /// Why a draft cannot be a contact; nil when it can.
    ///
    /// - Parameter id: of the contact that it will be; nil for a new one.
    package func problem(with draft: ContactDraft, for id: String? = nil) -> ContactProblem? {
        do throws(ContactProblem) {
            _ = try check(draft, for: id)
            return nil
        } catch { return error }
    }

    /// Adds a contact. Who answered at its address before is pinned to it.
    @discardableResult package func add(
        _ draft: ContactDraft, fingerprint: String? = nil
    ) throws(ContactProblem) -> Contact {
        guard contacts.count < Self.limit else { throw .tooMany }
        let checked = try check(draft, for: nil)
        let contact = newContact(checked, fingerprint: fingerprint)
        try save([(contact, checked.photo)])
        return contact
    }

    private func newContact(_ draft: ContactDraft, fingerprint: String?) -> Contact {
        let known = CallAddress(draft.address).flatMap { trust.identity(at: $0)?.description }
        return Contact(
            id: UUID().uuidString, name: draft.name, address: draft.address, note: draft.note,
            hasPhoto: Self.hasPhoto(draft.photo, before: false), fingerprint: fingerprint ?? known, isVerified: false,
            created: .now, changed: .now)
    }

    /// Changes what a person writes of a contact. The key stays: it is the person's, not the address's.
    package func update(_ id: String, _ draft: ContactDraft) throws(ContactProblem) {
        guard var contact = self[id] else { throw .notFound }
        let checked = try check(draft, for: id)
        contact.name = checked.name
        contact.address = checked.address
        contact.note = checked.note
        contact.hasPhoto = Self.hasPhoto(checked.photo, before: contact.hasPhoto)
        contact.changed = .now
        if contact.place != self[id]?.place { presences[id] = nil }
        try save([(contact, checked.photo)])
    }

    /// Forgets a contact and its photo; throws when there is none with this id.
    package func remove(_ id: String) throws(ContactProblem) {
        guard self[id] != nil else { throw .notFound }
        try keep { try store.remove(id) }
        trust.forget(.contact(id))
        contacts.removeAll { $0.id == id }
        presences[id] = nil
    }

    /// Adds many at once, or none; names and addresses that there are already are left out.
    ///
    /// - Returns: how many were added, and how many there were already.
    func add(all drafts: [ContactDraft]) throws(ContactProblem) -> (added: Int, known: Int) {
        var names = Set(contacts.map { ContactText.key($0.name) })
        var places = Set(contacts.compactMap(\.place))
        var new: [(contact: Contact, photo: ContactDraft.Photo)] = []
        for draft in drafts {
            guard let place = CallAddress(draft.address), !names.contains(ContactText.key(draft.name)),
                !places.contains(place), let checked = try? check(draft, for: nil)
            else { continue }
            names.insert(ContactText.key(checked.name))
            places.insert(place)
            new.append((newContact(checked, fingerprint: nil), checked.photo))
        }
        guard contacts.count + new.count <= Self.limit else { throw .tooMany }
        try save(new)
        return (new.count, drafts.count - new.count)
    }

    // MARK: Keys

    /// A call has reached the contact: from now on its calls must show this key.
    func pin(_ fingerprint: String, to id: String) {
        guard var contact = self[id], contact.fingerprint != fingerprint else { return }
        contact.fingerprint = fingerprint
        contact.isVerified = false
        do {
            try save([(contact, .keep)])
        } catch { logger.warning("a contact's key cannot be kept: \(error)") }
    }

    /// The user has compared the digits with this person, or takes that back.
    package func setVerified(_ isVerified: Bool, _ id: String) throws(ContactProblem) {
        guard var contact = self[id] else { throw .notFound }
        guard let fingerprint = contact.fingerprint else { throw .noKey }
        guard contact.isVerified != isVerified else { return }
        contact.isVerified = isVerified
        try save([(contact, .keep)])
        trust.note(isVerified ? .verified : .unverified, fingerprint, of: .contact(id))
    }

    /// What became of a contact's keys, the oldest first.
    package func trustHistory(of contact: Contact) -> [IdentityEvent] {
        var subjects: [IdentitySubject] = [.contact(contact.id), .caller(contact.name)]
        if let address = contact.place { subjects.append(.address(address)) }
        return trust.history(of: subjects)
    }

    // MARK: Keeping

    private static func hasPhoto(_ photo: ContactDraft.Photo, before: Bool) -> Bool {
        switch photo {
        case .keep: before
        case .remove: false
        case .replace: true
        }
    }

    private func save(_ changed: [(contact: Contact, photo: ContactDraft.Photo)]) throws(ContactProblem) {
        try keep { try store.save(changed) }
        let ids = Set(changed.map(\.contact.id))
        contacts = Self.sorted(contacts.filter { !ids.contains($0.id) } + changed.map(\.contact))
    }

    private func keep(_ write: () throws -> Void) throws(ContactProblem) {
        do {
            try write()
        } catch {
            logger.error("the contacts cannot be written: \(error)")
            throw .notKept("\(error)")
        }
    }

    /// The draft as it will be kept, or why not.
    private func check(_ draft: ContactDraft, for id: String?) throws(ContactProblem) -> ContactDraft {
        var draft = draft
        draft.name = Self.trimmed(draft.name)
        draft.address = Self.trimmed(draft.address)
        guard !draft.name.isEmpty else { throw .nameMissing }
        guard SignalingText.isName(draft.name) else { throw .nameUnusable }
        if let other = contact(named: draft.name), other.id != id { throw .nameTaken }
        guard !draft.address.isEmpty else { throw .addressMissing }
        guard let place = CallAddress(draft.address) else { throw .addressInvalid }
        if let other = contact(at: place), other.id != id { throw .addressTaken }
        guard ContactText.isNote(draft.note) else { throw .noteTooLong }
        if case .replace(let bytes) = draft.photo { draft.photo = .replace(try fitted(bytes)) }
        return draft
    }

    private func fitted(_ bytes: [UInt8]) throws(ContactProblem) -> [UInt8] {
        guard bytes.count <= ContactPhoto.sourceLimit else { throw .photoTooLarge }
        guard let found = ContactPhoto.description(of: bytes) else { throw .photoUnreadable }
        let isSmall = bytes.count <= ContactPhoto.byteLimit && max(found.width, found.height) <= ContactPhoto.side
        let kept = isSmall ? bytes : scalePhoto?(bytes) ?? bytes
        try ContactPhoto.check(kept)
        return kept
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
