import Foundation
import Instances
import Programs
import Testing

/// Transfers that somebody or something interrupts.
extension FileTests {
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
    private func settledSize(of name: String, at side: FileSide) async throws -> Int {
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
