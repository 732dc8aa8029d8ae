import Foundation
import Glibc
import Instances
import Programs
import Testing

/// Two headless instances that send files to each other, through causeriectl alone.
@Suite("Files between programs", .serialized) struct FileTests {
    private static let quiet = ["--camera", "none", "--microphone", "none", "--speaker", "none", "--auto-accept"]

    /// A file as `files list` tells of it.
    struct Shown {
        let id: String
        let name: String
        let state: String
        let message: String
        let path: String
        let done: Int
    }

    final class Side {
        let name: String
        private(set) var instance: HeadlessInstance
        /// What is sent from, and received to.
        let folder: URL

        init(_ name: String, on bus: PrivateBus) async throws {
            self.name = name
            instance = try await HeadlessInstance.start(name, on: bus, options: FileTests.quiet)
            folder = instance.home.url.appendingPathComponent("files")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try instance.must("files", "set", "--folder", folder.path)
        }

        var address: String { instance.address }

        /// Ends it as a fault would, at once.
        func kill() async throws {
            instance.program.send(SIGKILL)
            _ = try await instance.program.waitForEnd()
        }

        func restart() async throws {
            instance = try await HeadlessInstance.start(
                name, on: instance.bus, options: FileTests.quiet, port: instance.port, home: instance.home)
        }

        func files() throws -> [Shown] {
            let outcome = try instance.control("files", "list", "--json")
            let all = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]] ?? []
            return all.map { file in
                Shown(
                    id: file["id"] as? String ?? "", name: file["name"] as? String ?? "",
                    state: file["state"] as? String ?? "", message: file["message"] as? String ?? "",
                    path: file["path"] as? String ?? "", done: file["bytesDone"] as? Int ?? 0)
            }
        }

        func file(_ id: String) throws -> Shown? { try files().first { $0.id == id } }

        /// A file of random bytes.
        func make(_ name: String, _ size: Int) throws -> URL {
            let url = folder.appendingPathComponent(name)
            var random = SystemRandomNumberGenerator()
            let words = (0..<(size + 7) / 8).map { _ in random.next() }
            try words.withUnsafeBytes { try Data($0.prefix(size)).write(to: url) }
            return url
        }

        /// The bytes that have come of a file that is not whole yet.
        func size(of name: String) -> Int {
            let path = folder.appendingPathComponent(name).path
            return (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
        }
    }

    func until(
        _ what: String, _ sides: [Side] = [], within limit: Duration = .seconds(60), _ condition: () throws -> Bool
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

    func pair() async throws -> (ann: Side, bob: Side) {
        let bus = try await PrivateBus.start()
        return (try await Side("ann", on: bus), try await Side("bob", on: bus))
    }

    /// Offers files, and waits until the other side knows of them.
    func offer(_ paths: [URL], from sender: Side, to receiver: Side) async throws -> [String] {
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

    func bothAre(_ state: String, _ id: String, _ sides: (Side, Side)) async throws {
        try await until("\(state)", [sides.0, sides.1]) {
            try sides.0.file(id)?.state == state && sides.1.file(id)?.state == state
        }
    }

    // MARK: Whole

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

    // MARK: Breaks

    @Test(
        "either side killed at ten moments: it goes on from where it was, and the file is the same",
        .timeLimit(.minutes(5)))
    func killed() async throws {
        let (ann, bob) = try await pair()
        try ann.instance.must("files", "set", "--speed-limit", "6000000")
        let file = try ann.make("large.bin", 20_000_000)
        let id = try await offer([file], from: ann, to: bob)[0]
        try bob.instance.must("files", "accept", id)
        var before = 0
        for round in 0..<10 {
            try await until("bytes", [ann, bob]) {
                bob.size(of: "large.bin.part") > before || bob.size(of: "large.bin") > 0
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...150)))
            let victim = round.isMultiple(of: 2) ? bob : ann
            try await victim.kill()
            let now = max(bob.size(of: "large.bin.part"), bob.size(of: "large.bin"))
            #expect(now >= before, "what had come is kept")
            before = now
            try await victim.restart()
        }
        try await bothAre("done", id, (ann, bob))
        #expect(try Data(contentsOf: bob.folder.appendingPathComponent("large.bin")) == Data(contentsOf: file))
        #expect(try FileManager.default.contentsOfDirectory(atPath: bob.folder.path) == ["large.bin"])
    }

    /// Once what was on its way to the disk when the transfer paused has been written.
    private func settledSize(of name: String, at side: Side) async throws -> Int {
        var (size, before) = (side.size(of: name), -1)
        while size != before {
            try await Task.sleep(for: .milliseconds(300))
            (size, before) = (side.size(of: name), size)
        }
        return size
    }

    @Test("paused here and there, resumed, declined, cancelled; offered to one who is away")
    func steps() async throws {
        let (ann, bob) = try await pair()
        try ann.instance.must("files", "set", "--speed-limit", "1000000")
        let file = try ann.make("slow.bin", 30_000_000)
        let ids = try await offer([file, file, file], from: ann, to: bob)
        try bob.instance.must("files", "decline", ids[1])
        try await bothAre("declined", ids[1], (ann, bob))
        try bob.instance.must("files", "accept", ids[0], ids[2])
        try await until("bytes", [ann, bob]) { try bob.file(ids[0])?.done ?? 0 > 0 }
        try bob.instance.must("files", "pause", ids[0])
        try await until("paused", [ann, bob]) {
            try bob.file(ids[0])?.state == "paused-here" && ann.file(ids[0])?.state == "paused-there"
        }
        try ann.instance.must("files", "pause", ids[0])
        try await bothAre("paused", ids[0], (ann, bob))
        let rest = try await settledSize(of: "slow.bin.part", at: bob)
        try bob.instance.must("files", "resume", ids[0])
        try await until("paused by ann", [ann, bob]) { try bob.file(ids[0])?.state == "paused-there" }
        #expect(bob.size(of: "slow.bin.part") == rest)
        try ann.instance.must("files", "set", "--speed-limit", "0")
        try ann.instance.must("files", "resume", ids[0])
        try await bothAre("done", ids[0], (ann, bob))
        try await bothAre("done", ids[2], (ann, bob))
        try await bob.kill()
        let outcome = try ann.instance.control("send-file", bob.address, file.path)
        try #require(outcome.status == 0, "\(outcome.errors)")
        let late = outcome.output.trimmingCharacters(in: .newlines)
        try await bob.restart()
        try await until("the offer", [ann, bob]) { try bob.file(late)?.state == "offered" }
        try ann.instance.must("files", "set", "--speed-limit", "1000000")
        try bob.instance.must("files", "accept", late)
        try await until("bytes", [ann, bob]) { try bob.file(late)?.done ?? 0 > 0 }
        try ann.instance.must("files", "cancel", late)
        try await until("cancelled", [ann, bob]) { try bob.file(late)?.state == "cancelled-there" }
        try await until("nothing left", [ann, bob]) {
            try FileManager.default.contentsOfDirectory(atPath: bob.folder.path).sorted()
                == ["slow (2).bin", "slow.bin"]
        }
        #expect(try bob.instance.control("files", "resume", late).status == 1)
        try bob.instance.must("files", "remove", late)
        #expect(try bob.file(late) == nil)
    }

    // MARK: Failures

    @Test(
        "a source that changes and a folder that vanishes are told on both sides; what had come stays, and it goes on")
    func failures() async throws {
        let (ann, bob) = try await pair()
        try ann.instance.must("files", "set", "--speed-limit", "4000000")
        let file = try ann.make("changes.bin", 4_000_000)
        let id = try await offer([file], from: ann, to: bob)[0]
        try bob.instance.must("files", "accept", id)
        try await until("bytes", [ann, bob]) { try bob.file(id)?.done ?? 0 > 0 }
        try Data("something else".utf8).write(to: file)
        try await bothAre("failed", id, (ann, bob))
        #expect(try ann.file(id)?.message.contains("changed") == true)
        #expect(try bob.file(id)?.message.contains("changed") == true)
        #expect(bob.size(of: "changes.bin") == 0)
        // As another file: what it is now.
        try ann.instance.must("files", "retry", id)
        try await until("a new offer", [ann, bob]) { try bob.files().contains { $0.state == "offered" } }

        let place = bob.folder.appendingPathComponent("place")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let other = try ann.make("other.bin", 4_000_000)
        let second = try await offer([other], from: ann, to: bob)[0]
        try bob.instance.must("files", "accept", second, "--to", place.path)
        try await until("bytes", [ann, bob]) { try bob.file(second)?.done ?? 0 > 0 }
        try FileManager.default.removeItem(at: place)
        try await bothAre("failed", second, (ann, bob))
        #expect(try bob.file(second)?.message.contains("not there any more") == true)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try bob.instance.must("files", "retry", second)
        try await bothAre("done", second, (ann, bob))
        #expect(try Data(contentsOf: place.appendingPathComponent("other.bin")) == Data(contentsOf: other))
    }

    /// A disk of its own, of 4 MB: for who may make one.
    private static let canMount: Bool = {
        guard geteuid() == 0, let folder = try? TemporaryFolder() else { return false }
        guard mount("tmpfs", folder.url.path, "tmpfs", 0, "size=4m") == 0 else { return false }
        umount(folder.url.path)
        return true
    }()

    @Test("a full disk: refused at the beginning, told in the middle, and with room it goes on", .enabled(if: canMount))
    func fullDisk() async throws {
        let (ann, bob) = try await pair()
        let disk = bob.folder.appendingPathComponent("disk")
        try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
        try #require(mount("tmpfs", disk.path, "tmpfs", 0, "size=4m") == 0)
        defer { umount2(disk.path, Int32(MNT_DETACH)) }
        try ann.instance.must("files", "set", "--speed-limit", "2500000")
        let (large, fitting) = (try ann.make("large.bin", 5_000_000), try ann.make("fitting.bin", 3_000_000))
        let ids = try await offer([large, fitting], from: ann, to: bob)
        let refused = try bob.instance.control("files", "accept", ids[0], "--to", disk.path)
        #expect(refused.status == 1 && refused.errors.contains("disk is full"), "\(refused.errors)")
        try bob.instance.must("files", "accept", ids[1], "--to", disk.path)
        try await until("bytes", [ann, bob]) { try bob.file(ids[1])?.done ?? 0 > 0 }
        let filler = disk.appendingPathComponent("filler")
        // Everything that is left, whatever comes in between.
        _ = try Program.run(Program.system("sh"), ["-c", "cat /dev/zero > '\(filler.path)' 2>/dev/null || true"])
        try await bothAre("failed", ids[1], (ann, bob))
        #expect(try bob.file(ids[1])?.message.contains("disk is full") == true)
        #expect(try ann.file(ids[1])?.message.contains("disk is full") == true)
        #expect(bob.size(of: "disk/fitting.bin.part") > 0)
        try FileManager.default.removeItem(at: filler)
        try ann.instance.must("files", "retry", ids[1])
        try await bothAre("done", ids[1], (ann, bob))
        #expect(
            try Data(contentsOf: disk.appendingPathComponent("fitting.bin")) == Data(contentsOf: fitting))
    }
}
