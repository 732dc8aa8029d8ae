import Foundation
import Instances
import Programs
import Testing

/// A computer that has no descriptor or no room on its disk left, in the middle of a call.
@Suite(.serialized) struct ShortageTests {
    private static let media = [
        "--camera", "test-pattern:320x240@15", "--microphone", "test-tone", "--speaker", "none",
    ]

    /// Pictures and sound of the other side keep coming.
    private func expectMedia(_ sides: HeadlessInstance...) async throws {
        for side in sides {
            let now = try side.statistics()
            try await side.waitForStatistics("more picture and sound") {
                $0.state == "connected" && $0.framesDecoded >= now.framesDecoded + 15
                    && $0.audioPackets >= now.audioPackets + 25
            }
        }
    }

    // MARK: Descriptors

    /// So many an instance leaves to its libraries, some of which end the process without one.
    private static let reserve = 16

    /// The process can open nothing any more, but for so many; nil lets it open as much as before.
    @discardableResult private func leaveDescriptors(_ count: Int?, to program: RunningProgram) throws -> Int {
        var limit = 1024
        if let count {
            let names = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(program.processIdentifier)/fd")
            let used = Set(names.compactMap { Int($0) })
            // The limit is on the number of a descriptor: gaps are filled first.
            limit = 0
            var free = count
            while used.contains(limit) || free > 0 {
                if !used.contains(limit) { free -= 1 }
                limit += 1
            }
        }
        let outcome = try Program.run(
            Program.system("prlimit"), ["--pid", "\(program.processIdentifier)", "--nofile=\(limit):"])
        try #require(outcome.status == 0, "\(outcome.errors)")
        return limit
    }

    /// Until it neither opens nor closes anything any more: callers that gave up are still being let in and closed.
    private func waitUntilSettled(_ program: RunningProgram) async throws {
        var (last, quiet) = (-1, 0)
        for _ in 0..<300 where quiet < 10 {
            let now = try ProcessResources(of: program.processIdentifier).descriptors
            quiet = now == last ? quiet + 1 : 0
            last = now
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    @Test(
        "Without a free descriptor the running call goes on, a new one ends in one sentence, and who calls is kept waiting"
    )
    func descriptors() async throws {
        let bus = try await PrivateBus.start()
        let ann = try await HeadlessInstance.start("ann", on: bus, options: Self.media)
        let bob = try await HeadlessInstance.start("bob", on: bus, options: Self.media + ["--auto-accept"])
        let eve = try await HeadlessInstance.start("eve", on: bus, options: Self.media)
        try bob.must("streams", "add", "second")
        try ann.must("connect", "main", bob.address, "--wait")
        try await expectMedia(ann, bob)
        try leaveDescriptors(Self.reserve - 1, to: bob.program)

        // Somebody knocks, and is not let in: that costs no more than before.
        let quiet = try await processorTime(of: bob)
        let knocking = try eve.startControl("connect", "main", bob.address, "--wait")
        let knocked = try await processorTime(of: bob)
        #expect(knocked < quiet + 1)
        let outcome = try bob.control("connect", "second", eve.address, "--wait")
        try #require(bob.program.isRunning, "\(bob.program.complained)")
        #expect(outcome.status == 1)
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(
            try bob.control("get", "second", "endReason").output.trimmingCharacters(in: .newlines)
                == "out-of-resources")
        try await expectMedia(ann, bob)
        // A caller waits for eight seconds only, which this may have taken.
        _ = try eve.control("disconnect", "main")
        _ = try await knocking.waitForEnd()
        let calling = try eve.startControl("connect", "main", bob.address, "--wait")
        try await Task.sleep(for: .milliseconds(500))
        #expect(calling.isRunning)

        // There is room again: who waits is answered, a moment later.
        try leaveDescriptors(nil, to: bob.program)
        #expect(try await calling.waitForEnd() == 1)
        let reason = try eve.get("endReason")
        #expect(["busy", "no-answer"].contains(reason))
        try await expectMedia(ann, bob)

        // Room for the connection of a call, and none for its media.
        try ann.must("disconnect", "main")
        try await bob.wait(for: "state", "ended")
        try await waitUntilSettled(bob.program)
        try leaveDescriptors(Self.reserve + 1, to: bob.program)
        #expect(try ann.control("connect", "main", bob.address, "--wait").status == 1)
        #expect(try ann.get("endReason") == "remote-failed")
        try await bob.wait(for: "endReason", "out-of-resources")
        try leaveDescriptors(nil, to: bob.program)
        try ann.must("connect", "main", bob.address, "--wait")
        try await expectMedia(ann, bob)
    }

    @Test("Callers without number do not take the last descriptors, and are heard when there is room again")
    func flood() async throws {
        let bus = try await PrivateBus.start()
        let bob = try await HeadlessInstance.start("bob", on: bus, options: Self.media + ["--auto-accept"])
        let ann = try await HeadlessInstance.start("ann", on: bus, options: Self.media)
        try await waitUntilSettled(bob.program)
        let room = 40
        let limit = try leaveDescriptors(Self.reserve + room, to: bob.program)
        // Of one address few are let in anyway.
        let callers = (0..<3 * room / 2).compactMap { LoopbackCaller(at: UInt32($0 + 2), port: UInt16(bob.port)) }
        #expect(callers.count == 3 * room / 2)
        var (most, quiet) = (0, 0)
        for _ in 0..<300 where quiet < 10 {
            most = max(most, try ProcessResources(of: bob.program.processIdentifier).descriptors)
            if most >= limit - Self.reserve { quiet += 1 }
            try await Task.sleep(for: .milliseconds(100))
        }
        // The system lets some in at a time.
        #expect(most >= limit - Self.reserve && most <= limit - Self.reserve / 2, "\(most) of \(limit)")
        for caller in callers { caller.hangUp() }
        // Who calls waits for eight seconds only, which those before may take on a slow computer.
        for _ in 0..<5 where try ann.control("connect", "main", bob.address, "--wait").status == 0 { break }
        try await expectMedia(ann, bob)
    }

    /// Somebody who connects from an address of their own, 127.0.0.N, and says nothing.
    private struct LoopbackCaller {
        private let descriptor: Int32

        init?(at number: UInt32, port: UInt16) {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            let ours = Self.call(number, 0) { [descriptor] in bind(descriptor, $0, $1) }
            guard ours == 0, Self.call(1, port, { [descriptor] in connect(descriptor, $0, $1) }) == 0 else {
                close(descriptor)
                return nil
            }
        }

        private static func call(
            _ number: UInt32, _ port: UInt16, _ function: (UnsafePointer<sockaddr>, socklen_t) -> Int32
        ) -> Int32 {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = (0x7F00_0000 + number).bigEndian
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    function($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }

        func hangUp() { close(descriptor) }
    }

    /// What an instance uses in three seconds.
    private func processorTime(of side: HeadlessInstance) async throws -> Double {
        let before = ProcessUsage.of(tree: side.program.processIdentifier).cpuSeconds
        try await Task.sleep(for: .seconds(3))
        return ProcessUsage.of(tree: side.program.processIdentifier).cpuSeconds - before
    }

    // MARK: The disk

    @Test(
        "On a full disk the call goes on; a message that cannot be kept is not sent, one that comes waits, and nothing is lost",
        .enabled(if: SmallDisk.isAvailable, "needs the right to mount a file system"))
    func fullDisk() async throws {
        let bus = try await PrivateBus.start()
        let home = try TemporaryFolder()
        let disk = SmallDisk(at: home.url, megabytes: 4)
        let ann = try await HeadlessInstance.start("ann", on: bus, options: Self.media)
        let bob = try await HeadlessInstance.start(
            "bob", on: bus, options: Self.media + ["--auto-accept"], home: home, through: disk.words)
        try ann.must("connect", "main", bob.address, "--wait")
        try bob.must("chat", "main", "before")
        try await waitForMessage("before", at: ann)
        try ann.must("chat", "main", "hello")
        try await waitForMessage("hello", at: bob)
        try disk.fill(for: bob.program)

        let refused = try bob.control("chat", "main", "into the void")
        #expect(refused.status == 1)
        #expect(refused.errors == "causeriectl: The message cannot be kept, so it was not sent.\n")
        #expect(try !bob.control("messages", "main").output.contains("void"))
        try ann.must("chat", "main", "for later")
        try bob.must("set", "main", "identifier", "Robert")
        try await expectMedia(ann, bob)
        #expect(try !bob.control("messages", "main").output.contains("for later"))
        #expect(try !ann.control("messages", "main").output.contains("for later [delivered]"))

        try disk.empty(for: bob.program)
        try await waitForMessage("for later", at: bob)
        try bob.must("chat", "main", "and after")
        try await waitForMessage("and after", at: ann)
        #expect(try bob.control("messages", "main").output.components(separatedBy: "for later").count == 2)
        try await expectMedia(ann, bob)
        // What was changed meanwhile is saved, too.
        let windows = "config/causerie-bob/windows.json"
        for _ in 0..<300 where disk.text(of: windows, for: bob.program)?.contains("Robert") != true {
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(disk.text(of: windows, for: bob.program)?.contains("Robert") == true)
    }

    private func waitForMessage(_ text: String, at side: HeadlessInstance) async throws {
        for _ in 0..<300 {
            if try side.control("messages", "main").output.contains(text) { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(try side.control("messages", "main").output.contains(text))
    }
}
