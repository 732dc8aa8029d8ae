import Foundation
import Instances
import Programs
import Testing

/// Each way that a call ends, seen from both sides by a script.
@Suite(.serialized) struct EndingsTests {
    private static let media = ["--camera", "none", "--microphone", "none", "--speaker", "none"]

    private func start(_ profile: String, on bus: PrivateBus, _ options: String...) async throws -> HeadlessInstance {
        try await HeadlessInstance.start(profile, on: bus, options: Self.media + options)
    }

    @Test("A declined call ends on both sides, and says so to who called")
    func declined() async throws {
        let bus = try await PrivateBus.start()
        let (ann, bob) = (try await start("ann", on: bus), try await start("bob", on: bus))
        let monitor = try bob.startControl("monitor")
        try await monitor.wait(for: "main: idle\n")
        let calling = try ann.startControl("connect", "main", bob.address, "--wait")
        try await bob.wait(for: "state", "incoming")
        try await monitor.wait(for: "call from")
        try bob.must("reject", "main")
        #expect(try await calling.waitForEnd() == 1)
        #expect(!calling.complained.isEmpty)
        #expect(try ann.get("state") == "ended")
        #expect(try ann.get("endReason") == "declined")
    }

    @Test("Nobody answers: the attempt ends after the stream's timeout")
    func noAnswer() async throws {
        let bus = try await PrivateBus.start()
        let (ann, bob) = (try await start("ann", on: bus), try await start("bob", on: bus))
        try ann.must("set", "main", "timeout", "1")
        let outcome = try ann.control("connect", "main", bob.address, "--wait")
        #expect(outcome.status == 1)
        #expect(try ann.get("endReason") == "no-answer")
        try await bob.wait(for: "state", "ended")
    }

    @Test("Somebody who is in a call is busy, and that call goes on")
    func busy() async throws {
        let bus = try await PrivateBus.start()
        let ann = try await start("ann", on: bus)
        let bob = try await start("bob", on: bus, "--auto-accept")
        let eve = try await start("eve", on: bus)
        try ann.must("connect", "main", bob.address, "--wait")
        let outcome = try eve.control("connect", "main", bob.address, "--wait")
        #expect(outcome.status == 1)
        #expect(try eve.get("endReason") == "busy")
        #expect(try ann.get("state") == "connected")
        #expect(try bob.get("state") == "connected")
    }

    @Test("An address where nobody is, or that is none, ends at once in one sentence")
    func unreachable() async throws {
        let bus = try await PrivateBus.start()
        let ann = try await start("ann", on: bus)
        for address in ["127.0.0.1:1", "nobody.invalid", "[::1", "host:99999"] {
            let outcome = try ann.control("connect", "main", address, "--wait")
            #expect(outcome.status == 1, "\(address)")
            #expect(outcome.errors.split(separator: "\n").count == 1)
            #expect(try ann.get("state") == "ended")
            #expect(try !ann.get("endMessage").isEmpty)
        }
    }

    @Test("Who does not detect incoming streams is not disturbed")
    func noDetection() async throws {
        let bus = try await PrivateBus.start()
        let (ann, bob) = (try await start("ann", on: bus), try await start("bob", on: bus, "--auto-accept"))
        try bob.must("set", "main", "detection", "false")
        #expect(try ann.control("connect", "main", bob.address, "--wait").status == 1)
        #expect(try bob.get("state") == "idle")
    }

    @Test("An instance that quits hangs up; one that is killed is missed")
    func gone() async throws {
        let bus = try await PrivateBus.start()
        let ann = try await start("ann", on: bus)
        let bob = try await start("bob", on: bus, "--auto-accept")
        try ann.must("connect", "main", bob.address, "--wait")
        try bob.must("quit")
        #expect(try await bob.program.waitForEnd() == 0)
        try await ann.wait(for: "state", "ended")

        let second = try await start("bob", on: bus, "--auto-accept")
        try ann.must("connect", "main", second.address, "--wait")
        second.program.send(SIGKILL)
        // Half a minute, in which it might have come back.
        try await ann.wait(for: "state", "reconnecting")
        try await ann.wait(for: "state", "ended", within: .seconds(90))
        #expect(try ann.get("endReason") == "connection-lost")
        #expect(try !ann.get("endMessage").isEmpty)
    }

    @Test("An instance ends by SIGTERM and by SIGINT as by quit")
    func signals() async throws {
        let bus = try await PrivateBus.start()
        for signal in [SIGTERM, SIGINT] {
            let ann = try await start("ann", on: bus)
            ann.program.send(signal)
            #expect(try await ann.program.waitForEnd() == 0)
        }
    }
}
