import FoundationEssentials
import Logging
import Testing

@testable import Conference

@MainActor @Suite("vCards") struct VCardTests {
    private func book() -> ContactBook {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let database = ProfileDatabase(in: nil, logger: logger)
        return ContactBook(database, trust: KnownIdentities(database, in: nil, logger: logger), logger: logger)
    }

    private func card(_ lines: String...) -> [UInt8] {
        Array((["BEGIN:VCARD", "VERSION:4.0"] + lines + ["END:VCARD", ""]).joined(separator: "\r\n").utf8)
    }

    @Test("what is written is read again, whatever is in it", arguments: VCardWriter.Version.allCases)
    func roundTrip(version: VCardWriter.Version) throws {
        let (from, to) = (book(), book())
        let note = "a, b; c\\d\nÄ \u{1F600} " + String(repeating: "lång ", count: 60)
        try from.add(
            ContactDraft(
                name: "Lee, Ann; \\", address: "[2001:db8::1]:4000", note: note, photo: .replace(ContactBookTests.png)))
        try from.add(ContactDraft(name: "Bob", address: "bøb@example.org"))
        let photos = from.contacts.map { (contact: $0, photo: from.photo(of: $0)) }
        let bytes = VCardWriter.write(photos, version)
        let text = String(decoding: bytes, as: UTF8.self)
        for line in text.split(separator: "\r\n") { #expect(line.utf8.count <= 75) }
        #expect(text.hasPrefix("BEGIN:VCARD\r\nVERSION:\(version.rawValue)\r\n"))
        #expect(try to.importContacts(bytes) == ContactImport(added: 2))
        #expect(
            to.contacts.map { [$0.name, $0.address, $0.note] } == from.contacts.map { [$0.name, $0.address, $0.note] })
        #expect(to.photo(of: try #require(to.contact(named: "Lee, Ann; \\"))) == ContactBookTests.png)
        #expect(try to.importContacts(bytes) == ContactImport(known: 2))
    }

    @Test("cards of other programs: groups, parameters, folding, a name without its formatted form")
    func others() throws {
        let contacts = book()
        let bytes =
            card(
                "item1.FN;CHARSET=\"a:b;c\":Ann", "item1.URL;TYPE=\"home,work\":https://example.org",
                "IMPP:xmpp:ann@example.org", "IMPP;PREF=1:CAUSERIE:de", " sk:40", "\t00", "TEL:+1", "BROKEN")
            + card("N:Lee;Bob;;;", "X-CAUSERIE-ADDRESS:192.168.1.9", "PHOTO;VALUE=uri:https://example.org/spy.png")
            + card("FN:Nobody", "EMAIL:a@example.org")
        #expect(try contacts.importContacts(bytes) == ContactImport(added: 2, withoutAddress: 1))
        #expect(contacts.contact(named: "Ann")?.address == "desk:4000")
        #expect(contacts.contact(named: "Bob Lee")?.hasPhoto == false, "nothing is fetched")
    }

    @Test("a picture that is none is left out, and the person is not")
    func brokenPhoto() throws {
        let contacts = book()
        let bytes = card("FN:Ann", "IMPP:causerie:desk", "PHOTO:data:image/png;base64,AAAA")
        #expect(try contacts.importContacts(bytes) == ContactImport(added: 1, withoutPhoto: 1))
    }

    @Test(
        "what is no vCard, and what is too old, is refused with a clear reason, and nothing of it is taken",
        arguments: [
            ("", VCardProblem.notAVCard), ("hello", .notAVCard), ("{\"a\": 1}", .notAVCard),
            ("BEGIN:VCARD\nVERSION:4.0\nFN:a\n", .notAVCard), ("END:VCARD\n", .notAVCard),
            ("BEGIN:VCARD\nBEGIN:VCARD\nEND:VCARD", .notAVCard),
            ("BEGIN:VCARD\nVERSION:2.1\nN:a\nEND:VCARD", .oldVersion),
            (
                "BEGIN:VCARD\nVERSION:3.0\nFN;ENCODING=QUOTED-PRINTABLE:=41\nX-CAUSERIE-ADDRESS:a\nEND:VCARD",
                .oldVersion
            ),
            ("BEGIN:VCARD\nFN;QUOTED-PRINTABLE:=41\nEND:VCARD", .oldVersion),
            (String(repeating: "BEGIN:VCARD\nEND:VCARD\n", count: 5001), .tooLarge),
        ])
    func refused(text: String, problem: VCardProblem) throws {
        let contacts = book()
        #expect(throws: problem) { try contacts.importContacts(Array(text.utf8)) }
        #expect(contacts.contacts.isEmpty)
    }

    @Test("hostile bytes end in a reason, never in a trap")
    func hostile() throws {
        let whole = card("FN:Ann", "IMPP:causerie:desk%4", "PHOTO:data:image/png;base64,iVBORw0KGgo=", "NOTE:\\")
        for count in 0..<whole.count { _ = try? VCardReader.read(Array(whole.prefix(count))) }
        var seed = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0..<4 { bytes[Int.random(in: 0..<bytes.count, using: &seed)] = UInt8.random(in: 0...255) }
            _ = try? VCardReader.read(bytes)
        }
        #expect(throws: VCardProblem.notAVCard) { try VCardReader.read([0xFF, 0xFE, 0x00]) }
        let folded = card("FN:Ann", "IMPP:causerie:desk", "NOTE:x" + String(repeating: "\r\n y", count: 200_000))
        #expect(try VCardReader.read(folded).drafts.first?.note.count == ContactText.noteLimit)
    }

    @Test("a file is written and read by its path; one that is missing is said to be")
    func files() throws {
        let profile = try ScratchProfile()
        let path = profile.folders.data + "/people.vcf"
        let (from, to) = (book(), book())
        try from.add(ContactDraft(name: "Ann", address: "desk"))
        try from.exportContacts(to: path)
        #expect(try to.importContacts(from: path).added == 1)
        #expect(throws: VCardProblem.self) { try to.importContacts(from: path + ".none") }
        #expect(throws: (any Error).self) { try from.exportContacts(to: "/proc/nowhere/people.vcf") }
    }
}
