import Foundation
import Instances
import Programs
import Testing

/// Two headless instances with an address book each: what scripts see of people.
@Suite(.serialized) struct PeopleEndToEndTests {
    private static let quiet = ["--camera", "test-pattern:320x240@15", "--microphone", "none", "--speaker", "none"]

    private func json(_ side: HeadlessInstance, _ arguments: String...) throws -> [String: Any] {
        let outcome = try side.control(arguments[0], arguments[1], arguments[2], "--json")
        return try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any] ?? [:]
    }

    private func contact(_ side: HeadlessInstance, _ name: String) throws -> [String: Any] {
        try json(side, "contacts", "show", name)
    }

    private func information(_ side: HeadlessInstance) throws -> [String: Any] {
        let outcome = try side.control("info", "main", "--json")
        return try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any] ?? [:]
    }

    private func calls(_ side: HeadlessInstance) throws -> [[String: Any]] {
        let outcome = try side.control("history", "list", "--json")
        return try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]] ?? []
    }

    private func wait(_ what: String, _ condition: () throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while try !condition() {
            guard ContinuousClock.now < end else { throw HeadlessInstance.NotStarted(errors: "waited for \(what)") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    @Test(
        "Presence, a call by name, the same digits on both sides, history; another key is refused until it is trusted")
    func people() async throws {
        let bus = try await PrivateBus.start()
        let ann = try await HeadlessInstance.start("ann", on: bus, options: Self.quiet)
        let bob = try await HeadlessInstance.start("bob", on: bus, options: Self.quiet + ["--auto-accept"])
        // A contact is looked at as soon as it is there; a stranger is told no more than that.
        try ann.must("contacts", "add", "Bobby", bob.address)
        try await wait("Bob") { try contact(ann, "bobby")["presence"] as? String == "reachable" }
        try ann.must("set", "main", "identifier", "Ann")
        try ann.must("connect", "main", "bobby", "--wait")
        try await bob.wait(for: "state", "connected")
        let digits = try #require(information(ann)["verification"] as? String)
        #expect(digits.split(separator: " ").count == 5)
        #expect(try information(bob)["verification"] as? String == digits)
        #expect(try information(ann)["contact"] as? String == "Bobby")
        try ann.must("contacts", "verify", "Bobby")
        #expect(try information(ann)["verified"] as? Bool == true)
        try bob.must("contacts", "add-caller", "main")
        #expect(try contact(bob, "Ann")["fingerprint"] is String)
        try await ann.waitForStatistics("a picture") { $0.framesDecoded >= 10 }
        try ann.must("disconnect", "main")
        try await bob.wait(for: "state", "ended")
        for (side, direction, reason) in [(ann, "outgoing", "local-hang-up"), (bob, "incoming", "remote-hang-up")] {
            let call = try #require(calls(side).first)
            #expect(call["direction"] as? String == direction && call["reason"] as? String == reason)
            #expect((call["duration"] as? Double ?? 0) > 0 && call["localPath"] as? String == "host")
            #expect(call["videoCodec"] as? String == "video/VP8" && call["missed"] as? Bool == false)
        }
        // Now Ann is Bob's contact, too, and is told how he is.
        try bob.must("presence", "away")
        try ann.must("contacts", "edit", "Bobby", "--address", "localhost:\(bob.port)")
        try await wait("away") { try contact(ann, "Bobby")["presence"] as? String == "away" }
        #expect(try contact(ann, "Bobby")["verified"] as? Bool == true, "the key is the person's, not the address's")

        let mallory = try await HeadlessInstance.start("mallory", on: bus, options: Self.quiet + ["--auto-accept"])
        try ann.must("contacts", "edit", "Bobby", "--address", mallory.address)
        #expect(try ann.control("connect", "main", "Bobby", "--wait").status == 1)
        #expect(try ann.get("endReason") == "identity-changed")
        #expect(try mallory.get("state") == "idle" && calls(mallory).isEmpty)
        try ann.must("trust", "main")
        try ann.must("connect", "main", "Bobby", "--wait")
        let events = try #require(contact(ann, "Bobby")["trust"] as? [[String: Any]]).compactMap {
            $0["what"] as? String
        }
        #expect(events.contains("verified") && events.contains("changed") && events.contains("accepted"))
        #expect(try contact(ann, "Bobby")["verified"] as? Bool == false)
    }
}
