import Foundation
import Instances
import Programs
import Testing

/// Two headless instances that send files to each other, through causeriectl alone.
@Suite("Files between programs", .serialized) struct FileTests {
    func until(
        _ what: String, _ sides: [FileSide] = [], within limit: Duration = .seconds(60), _ condition: () throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + limit
        while try !condition() {
            guard ContinuousClock.now < end else {
                let state = try sides.map { try "\($0.name): \($0.files())\n\($0.instance.program.complained)" }
                throw HeadlessInstance.NotStarted(errors: "waited for \(what)\n" + state.joined(separator: "\n"))
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    func pair() async throws -> (ann: FileSide, bob: FileSide) {
        let bus = try await PrivateBus.start()
        return (try await FileSide("ann", on: bus), try await FileSide("bob", on: bus))
    }

    /// Offers files, and waits until the other side knows of them.
    func offer(_ paths: [URL], from sender: FileSide, to receiver: FileSide) async throws -> [String] {
        let words = ["send-file", receiver.address] + paths.map(\.path)
        let outcome = try Program.run(
            Program.built("causeriectl"), ["--profile", sender.name] + words,
            environment: sender.instance.bus.environment)
        try #require(outcome.status == 0, "\(outcome.errors)")
        let ids = outcome.output.split(separator: "\n").map { String($0) }
        try await until("the offers", [sender, receiver]) {
            let known = try receiver.files()
            return ids.allSatisfy { id in known.contains { $0.id == id } }
        }
        return ids
    }

    func bothAre(_ state: String, _ id: String, _ sides: (FileSide, FileSide)) async throws {
        try await until("\(state)", [sides.0, sides.1]) {
            try sides.0.file(id)?.state == state && sides.1.file(id)?.state == state
        }
    }

    @Test("several at once and a folder arrive as they were; a name that is taken gets a number; nothing goes unasked")
    func several() async throws {
        let (ann, bob) = try await pair()
        let tree = ann.folder.appendingPathComponent("tree")
        try FileManager.default.createDirectory(
            at: tree.appendingPathComponent("deep/er"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            at: tree.appendingPathComponent("empty"), withIntermediateDirectories: true)
        try Data("leaf".utf8).write(to: tree.appendingPathComponent("deep/er/leaf é.txt"))
        try Data().write(to: tree.appendingPathComponent("nothing"))
        try FileManager.default.createSymbolicLink(
            atPath: tree.appendingPathComponent("link").path, withDestinationPath: "/etc/passwd")
        let sent = [
            try ann.make("a.bin", 3_000_000), try ann.make("b.bin", 700_001), try ann.make("c", 0),
            try ann.make("d.tar.gz", 1), tree,
        ]
        try Data("mine".utf8).write(to: bob.folder.appendingPathComponent("d.tar.gz"))
        let ids = try await offer(sent, from: ann, to: bob)
        #expect(try bob.files().allSatisfy { $0.state == "offered" })
        #expect(try FileManager.default.contentsOfDirectory(atPath: bob.folder.path) == ["d.tar.gz"])
        for id in ids { try bob.instance.must("files", "accept", id) }
        for id in ids { try await bothAre("done", id, (ann, bob)) }
        for url in sent.prefix(3) {
            #expect(
                try Data(contentsOf: bob.folder.appendingPathComponent(url.lastPathComponent)) == Data(contentsOf: url))
        }
        #expect(try String(contentsOf: bob.folder.appendingPathComponent("d.tar.gz"), encoding: .utf8) == "mine")
        #expect(bob.size(of: "d (2).tar.gz") == 1)
        let leaf = bob.folder.appendingPathComponent("tree/deep/er/leaf é.txt")
        #expect(try String(contentsOf: leaf, encoding: .utf8) == "leaf")
        #expect(bob.size(of: "tree/nothing") == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: bob.folder.path).sorted()
        #expect(names == ["a.bin", "b.bin", "c", "d (2).tar.gz", "d.tar.gz", "tree"])
        let inside = try FileManager.default.contentsOfDirectory(atPath: bob.folder.path + "/tree").sorted()
        #expect(inside == ["deep", "empty", "nothing"])
        #expect(try ann.instance.control("send-file", bob.address, "/nowhere/at all").errors.contains("not there"))
        #expect(try bob.instance.control("files", "accept", ids[0]).status == 1)
    }

    @Test("through a call alone; the call goes on; the next one by a connection while the call is up")
    func inCall() async throws {
        let (ann, bob) = try await pair()
        for side in [ann, bob] { try side.instance.must("files", "set", "--connections", "off") }
        let file = try ann.make("in the call.bin", 2_500_000)
        let id = try await offer([file], from: ann, to: bob)[0]
        try bob.instance.must("files", "accept", id, "--to", bob.folder.path + "/renamed.bin")
        try await until("no way", [ann, bob]) { try bob.file(id)?.state == "interrupted" }
        try ann.instance.must("connect", "main", bob.address, "--wait")
        try await bothAre("done", id, (ann, bob))
        #expect(try Data(contentsOf: bob.folder.appendingPathComponent("renamed.bin")) == Data(contentsOf: file))
        for side in [ann, bob] { try side.instance.must("files", "set", "--connections", "on") }
        let other = try bob.make("back.bin", 1_000_000)
        let back = try bob.instance.control("send-file", "main", other.path)
        let answer = back.output.trimmingCharacters(in: .newlines)
        try await until("the offer", [ann, bob]) { try ann.file(answer) != nil }
        try ann.instance.must("files", "accept", answer)
        try await bothAre("done", answer, (ann, bob))
        #expect(try ann.instance.get("state") == "connected")
    }
}
