import GRDB
import Logging
import RTC
import Testing

@testable import Conference

@MainActor @Suite("Contacts") struct ContactBookTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func book(_ profile: ScratchProfile? = nil) -> ContactBook {
        let database = ProfileDatabase(in: profile?.folders, logger: Self.logger)
        return ContactBook(
            database, trust: KnownIdentities(database, in: profile?.folders, logger: Self.logger), logger: Self.logger)
    }

    /// One red pixel.
    nonisolated static let png: [UInt8] =
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
        + [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0, 0x90, 0x77, 0x53, 0xDE]

    @Test("what is added, changed and removed is so at the next start, in the order of the names")
    func kept() throws {
        let profile = try ScratchProfile()
        var contacts = book(profile)
        let ann = try contacts.add(
            ContactDraft(name: "  Élodie ", address: "192.168.1.7", note: "two\nlines", photo: .replace(Self.png)))
        try contacts.add(ContactDraft(name: "zoe", address: "desk:4000"))
        let bob = try contacts.add(ContactDraft(name: "Bob", address: "[2001:db8::1]:29172"))
        try contacts.add(ContactDraft(name: "Émile", address: "emile@example.org"))
        contacts = book(profile)
        #expect(contacts.contacts.map(\.name) == ["Bob", "Élodie", "Émile", "zoe"])
        #expect(contacts.photo(of: try #require(contacts[ann.id])) == Self.png)
        #expect(contacts[ann.id]?.note == "two\nlines")
        try contacts.update(ann.id, ContactDraft(name: "Élodie", address: "192.168.1.8", photo: .remove))
        try contacts.remove(bob.id)
        contacts = book(profile)
        #expect(contacts[bob.id] == nil && contacts[ann.id]?.address == "192.168.1.8")
        #expect(contacts[ann.id]?.hasPhoto == false && contacts[ann.id]?.note == "")
        #expect(throws: ContactProblem.notFound) { try contacts.remove(bob.id) }
    }

    @Test(
        "what cannot be a contact is refused with its reason",
        arguments: [
            (ContactDraft(name: " ", address: "desk"), ContactProblem.nameMissing),
            (ContactDraft(name: "a\u{202E}b", address: "desk"), .nameUnusable),
            (ContactDraft(name: "ANN", address: "desk"), .nameTaken),
            (ContactDraft(name: "Bob", address: ""), .addressMissing),
            (ContactDraft(name: "Bob", address: "no address"), .addressInvalid),
            (ContactDraft(name: "Bob", address: "@example.org"), .addressInvalid),
            (ContactDraft(name: "Bob", address: "192.168.1.7:29172"), .addressTaken),
            (ContactDraft(name: "Bob", address: "b", note: String(repeating: "x", count: 4001)), .noteTooLong),
            (ContactDraft(name: "Bob", address: "b", photo: .replace([1, 2, 3])), .photoUnreadable),
            (
                ContactDraft(
                    name: "Bob", address: "b",
                    photo: .replace(ContactBookTests.png + Array(repeating: 0, count: ContactPhoto.byteLimit))),
                .photoTooLarge
            ),
        ])
    func refused(draft: ContactDraft, problem: ContactProblem) throws {
        let contacts = book()
        let ann = try contacts.add(ContactDraft(name: "Ann", address: "192.168.1.7"))
        #expect(contacts.problem(with: draft) == problem)
        #expect(throws: problem) { try contacts.add(draft) }
        #expect(contacts.contacts == [ann])
        // What it is already, it may stay.
        #expect(contacts.problem(with: ContactDraft(name: "ann", address: "192.168.1.7:29172"), for: ann.id) == nil)
    }

    @Test("search looks into name, address and note, and case and marks do not count")
    func search() throws {
        let contacts = book()
        for (name, address, note) in [
            ("Élodie Østby", "desk", "Bücher"), ("Bob", "192.168.1.9", "plays Gö"), ("Łukasz", "lab.example.org", ""),
        ] { try contacts.add(ContactDraft(name: name, address: address, note: note)) }
        let found = { (text: String) in contacts.search(text).map(\.name) }
        #expect(found("elodie") == ["Élodie Østby"] && found("E\u{301}LO ost") == ["Élodie Østby"])
        #expect(found("lukasz") == ["Łukasz"] && found("bucher desk") == ["Élodie Østby"])
        #expect(found("go") == ["Bob"] && found("168.1.9") == ["Bob"])
        #expect(found("  ").count == 3 && found("nobody").isEmpty)
    }

    @Test("a picture's size is read from its head, and a bomb is no picture")
    func photos() {
        #expect(ContactPhoto.description(of: Self.png) == ContactPhoto.Description(format: .png, width: 1, height: 1))
        let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC0, 0, 11, 8, 0, 16, 0, 32, 1, 1, 1, 1]
        #expect(ContactPhoto.description(of: jpeg) == ContactPhoto.Description(format: .jpeg, width: 32, height: 16))
        var bomb = Self.png
        bomb.replaceSubrange(16..<20, with: [0x7F, 0xFF, 0xFF, 0xFF])
        #expect(ContactPhoto.description(of: bomb) == nil)
        for count in 0..<jpeg.count { _ = ContactPhoto.description(of: Array(jpeg.prefix(count))) }
        for count in 0..<Self.png.count { #expect(ContactPhoto.description(of: Array(Self.png.prefix(count))) == nil) }
    }

    @Test("a large picture is scaled where something can, and a file is full of contacts until there is no room")
    func scaled() throws {
        let contacts = book()
        contacts.scalePhoto = { _ in Self.png }
        let large = Self.png + Array(repeating: 0, count: ContactPhoto.byteLimit)
        let ann = try contacts.add(ContactDraft(name: "Ann", address: "desk", photo: .replace(large)))
        #expect(contacts.photo(of: ann) == Self.png)
        let drafts = (1...ContactBook.limit).map { ContactDraft(name: "n\($0)", address: "h\($0)") }
        #expect(throws: ContactProblem.tooMany) { try contacts.add(all: drafts) }
        #expect(contacts.contacts.count == 1, "all or none")
    }

    @Test("a contact's key is who was met at its address, and is verified only by a person")
    func keys() throws {
        let database = ProfileDatabase(in: nil, logger: Self.logger)
        let trust = KnownIdentities(database, in: nil, logger: Self.logger)
        let contacts = ContactBook(database, trust: trust, logger: Self.logger)
        let key = DTLSFingerprint(algorithm: .sha256, bytes: Array(repeating: 7, count: 32))
        let stranger = try contacts.add(ContactDraft(name: "Eve", address: "eve"))
        #expect(throws: ContactProblem.noKey) { try contacts.setVerified(true, stranger.id) }
        trust.remember(key, at: try #require(CallAddress("desk")))
        let ann = try contacts.add(ContactDraft(name: "Ann", address: "desk"))
        #expect(ann.fingerprint == key.description && !ann.isVerified)
        try contacts.setVerified(true, ann.id)
        #expect(contacts[ann.id]?.isVerified == true)
        #expect(contacts.trustHistory(of: ann).map(\.what) == [.firstSeen, .verified])
        contacts.pin("sha-256 00", to: ann.id)
        #expect(contacts[ann.id]?.isVerified == false, "another key was never compared")
    }

    @Test("the file of before is taken over once")
    func takenOver() throws {
        let profile = try ScratchProfile()
        let key = DTLSFingerprint(algorithm: .sha256, bytes: Array(repeating: 9, count: 32))
        try profile.write(
            #"{"version":1,"addresses":{"desk:29172":"\#(key)","bad:1":"no key"},"names":{"Ann":"\#(key)"}}"#,
            to: "known-identities.json", in: profile.folders.data)
        for _ in 1...2 {
            let database = ProfileDatabase(in: profile.folders, logger: Self.logger)
            let known = KnownIdentities(database, in: profile.folders, logger: Self.logger)
            #expect(known.identity(at: try #require(CallAddress("desk"))) == key)
            #expect(known.identity(of: "Ann") == key && known.identity(of: "Bob") == nil)
            #expect(known.identity(at: try #require(CallAddress("bad:1"))) == nil)
        }
        #expect(throws: (any Error).self) { try profile.read("known-identities.json", in: profile.folders.data) }
        #expect(try profile.read("known-identities.json.taken-over", in: profile.folders.data).contains("Ann"))
    }

    @Test("of one subject the first event stays, and the newest; the same refusal again is none")
    func events() {
        let known = KnownIdentities(ProfileDatabase(in: nil, logger: Self.logger), in: nil, logger: Self.logger)
        for number in 0..<200 { known.note(.changed, "key \(number / 2)", of: .contact("a")) }
        let events = known.history(of: [.contact("a")])
        #expect(events.count == 50 && events.first?.fingerprint == "key 0" && events.last?.fingerprint == "key 99")
    }
}
