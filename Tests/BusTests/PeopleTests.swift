import Foundation
import Programs
import Testing

@Suite("People over D-Bus") struct PeopleBusTests {
    private func json(_ instance: Instance, _ arguments: String...) throws -> Any {
        let outcome = try Instance.control(
            (instance.profile.map { ["--profile", $0] } ?? []) + arguments + ["--json"], on: instance.bus)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try JSONSerialization.jsonObject(with: Data(outcome.output.utf8), options: .fragmentsAllowed)
    }

    @Test("Contacts are added, listed, found, changed, called by name and removed; others hear of it")
    func contacts() async throws {
        let instance = try await Instance.start()
        let people = "/org/causerie/Causerie/people"
        #expect(try instance.lines("contacts", "add", "Élodie", "127.0.0.1:1", "--note", "a, b").first?.count == 36)
        #expect(try instance.lines("contacts", "add", "Bob", "[::1]:4000").count == 1)
        #expect(try instance.lines("contacts", "list", "--names") == ["Bob", "Élodie"])
        let found = try #require(try json(instance, "contacts", "list", "elodie") as? [[String: Any]])
        #expect(found.count == 1 && found.first?["note"] as? String == "a, b")
        #expect(found.first?["verified"] as? Bool == false && found.first?["presence"] is String)
        #expect(try instance.lines("contacts", "list").first?.hasPrefix("NAME") == true)
        #expect(try instance.lines("contacts", "edit", "élodie", "--name", "Elo", "--note", "").isEmpty)
        let shown = try #require(try json(instance, "contacts", "show", "elo") as? [String: Any])
        #expect(shown["name"] as? String == "Elo" && shown["note"] as? String == "")
        #expect((shown["trust"] as? [Any])?.isEmpty == true)
        #expect(try instance.control("connect", "main", "Elo").status == 0)
        try await instance.wait(for: "ended", of: "state")
        #expect(try instance.get("remoteAddress") == "127.0.0.1:1" && instance.get("endReason") == "connection-refused")
        let calls = try #require(try json(instance, "history") as? [[String: Any]])
        #expect(calls.first?["contact"] as? String == "Elo" && calls.first?["direction"] as? String == "outgoing")
        #expect(calls.first?["reason"] as? String == "connection-refused" && calls.first?["duration"] is NSNull)
        let list = try instance.lines("history", "list", "--limit", "1")
        #expect(list.count == 2 && list[1].contains("Elo"))
        #expect(try instance.lines("history", "remove", "1").isEmpty)
        #expect(try (json(instance, "history", "list") as? [Any])?.isEmpty == true)
        #expect(try instance.lines("contacts", "remove", "Elo").isEmpty)
        #expect(try instance.lines("contacts", "list", "--names") == ["Bob"])
        // Any other program: an unknown key of a change is refused.
        let refused = try instance.callMethod(
            people, "org.causerie.People", "EditContact", ["sa{sv}", "Bob", "1", "Nickname", "s", "B"])
        #expect(refused.status != 0 && refused.errors.contains("Name, Address, Note and Photo"))
    }

    @Test("What is refused says why, and changes nothing")
    func refused() async throws {
        let instance = try await Instance.start()
        #expect(try instance.lines("contacts", "add", "Bob", "desk").count == 1)
        for (arguments, sentence) in [
            (["contacts", "add", "BOB", "lab"], "Another contact has this name."),
            (["contacts", "add", "Ann", "desk:29172"], "Another contact has this address."),
            (["contacts", "add", "Ann", "no address"], "This is not an address that can be called."),
            (["contacts", "add", "Ann", "ann", "--photo", "/dev/null"], "A picture has to be a PNG or JPEG file."),
            (["contacts", "verify", "Bob"], "Call this contact first"),
            (["contacts", "remove", "Eve"], "There is no contact \u{201C}Eve\u{201D}."),
            (["contacts", "import", "/nowhere.vcf"], "The file cannot be read."),
            (["contacts", "export", "/tmp/x.vcf", "--version", "2.1"], "A version of vCard is 3.0 or 4.0."),
            (["history", "remove", "7"], "There is no call"),
            (["presence", "asleep"], "A status is one of available, away, do-not-disturb, invisible."),
            (["contacts", "add-caller", "main"], "A contact needs an address"),
        ] {
            let outcome = try Instance.control(arguments, on: instance.bus)
            #expect(outcome.status == 1 && outcome.errors.contains(sentence), "\(arguments): \(outcome.errors)")
        }
        #expect(try instance.control("contacts", "edit", "Bob").status == 2)
        #expect(try instance.lines("contacts", "list", "--names") == ["Bob"])
    }

    @Test("Contacts go to a file and come back")
    func files() async throws {
        let instance = try await Instance.start()
        let folder = try TemporaryFolder()
        let path = folder.url.appendingPathComponent("people.vcf").path
        for (name, address) in [("Ann", "desk"), ("Bob", "lab:4000")] {
            #expect(try instance.lines("contacts", "add", name, address).count == 1)
        }
        #expect(try instance.lines("contacts", "export", path, "--version", "3.0").isEmpty)
        #expect(try instance.lines("contacts", "remove", "Bob").isEmpty)
        #expect(
            try instance.lines("contacts", "import", path) == [
                "1 added, 1 known already, 0 without an address, 0 without their picture"
            ])
        #expect(try instance.lines("contacts", "list", "--names") == ["Ann", "Bob"])
        try Data("BEGIN:VCARD\nVERSION:2.1\nEND:VCARD\n".utf8).write(
            to: folder.url.appendingPathComponent("people.vcf"))
        let old = try instance.control("contacts", "import", path)
        #expect(old.status == 1 && old.errors.contains("vCard 2.1"))
    }

    @Test("The status is set and read, and do not disturb is one of them")
    func status() async throws {
        let instance = try await Instance.start()
        #expect(try instance.lines("presence") == ["available"])
        #expect(try instance.lines("presence", "invisible").isEmpty && instance.lines("presence") == ["invisible"])
        #expect(try instance.lines("do-not-disturb", "on").isEmpty)
        #expect(try instance.lines("presence") == ["do-not-disturb"])
        #expect(try instance.lines("presence", "away").isEmpty && instance.lines("do-not-disturb") == ["off"])
        let read = try #require(try json(instance, "presence") as? [String: String])
        #expect(read == ["status": "away"])
    }
}
