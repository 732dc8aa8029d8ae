import Foundation
import Instances
import Programs
import Testing

extension FileTests {
    @Test("without a question come small files of who is verified alone: no larger ones, no others', no strangers'")
    func automatic() async throws {
        let (ann, bob) = try await pair()
        try bob.instance.must("files", "set", "--automatic-limit", "100000")
        let (small, large) = (try ann.make("small.bin", 90_000), try ann.make("large.bin", 100_001))
        // The decision is taken before anybody can see that there is an offer.
        func isAsked(_ file: URL) async throws -> Bool {
            let id = try await offer([file], from: ann, to: bob)[0]
            return try bob.file(id)?.state == "offered"
        }
        #expect(try await isAsked(small), "of a stranger")
        try ann.instance.must("connect", "main", bob.address, "--wait")
        let contact = try bob.instance.control("contacts", "add-caller", "main").output
            .trimmingCharacters(in: .newlines)
        #expect(try await isAsked(small), "the key is known, but nobody has compared the digits")
        try bob.instance.must("contacts", "verify", contact)
        #expect(try await isAsked(large))
        let id = try await offer([small], from: ann, to: bob)[0]
        try await bothAre("done", id, (ann, bob))
        #expect(try Data(contentsOf: bob.folder.appendingPathComponent("small.bin")) == Data(contentsOf: small))
        try bob.instance.must("contacts", "verify", contact, "--revoke")
        #expect(try await isAsked(small))
        try bob.instance.must("contacts", "verify", contact)
        try bob.instance.must("files", "set", "--automatic-limit", "0")
        #expect(try await isAsked(small))
    }
}
