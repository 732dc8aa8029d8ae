import Accessibility
import Foundation
import Programs
import Testing

/// The real program on a display, driven as a person with a screen reader would.
@Suite("The window, end to end", .serialized)
struct WindowTests {
    private static let quiet = ["--camera", "none", "--microphone", "none", "--speaker", "none", "--port", "0"]

    @Test("An address is typed and called; that nobody is there is said in words")
    @MainActor
    func unreachable() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let session = try await Session(desktop, Self.quiet)
        let entry = try await session.find("address entry") { $0 == "Address to call" }
        #expect(entry.setText("127.0.0.1:1"))
        #expect(try await session.button("Call").press())
        _ = try await session.find("the end") { $0 == "Call Ended" }
        _ = try await session.button("Call Again")
        #expect(try await session.button("Done").press())
        _ = try await session.button("Test Call")
        #expect(try await session.end() == 0)
        #expect(!session.program.complained.contains("CRITICAL"))
    }

    @Test("A test call connects; microphone and camera are switched; hanging up ends it")
    @MainActor
    func testCall() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let session = try await Session(
            desktop, ["--camera", "test-pattern", "--microphone", "test-tone", "--speaker", "none", "--port", "0"])
        #expect(try await session.button("Test Call").press())
        _ = try await session.find("connected") { $0.hasPrefix("Connected") }
        let microphone = try await session.button("Microphone")
        #expect(microphone.has(.pressed) || microphone.has(.checked))
        #expect(microphone.press())
        _ = try await session.find("muted") { $0 == "Your microphone is muted" }
        let picture = Scenes.artefacts.appendingPathComponent("window-test-call.png")
        try session.keepPicture(picture)
        #expect(try Scenes.size(ofPNG: picture).width == 1000)
        #expect(try await session.button("Hang Up").press())
        _ = try await session.find("the end") { $0 == "Call Ended" }
        #expect(try await session.end() == 0)
    }

    @Test("One instance calls another: it rings, is answered, both see it connected, and both that it is over")
    @MainActor
    func twoInstances() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let sources = ["--camera", "test-pattern", "--microphone", "test-tone", "--speaker", "none", "--port", "0"]
        let called = try await Session(desktop, sources + ["--profile", "called"])
        // The empty page says where it is reached; its port is what counts here.
        let place = try await called.find("where it is reached") { $0.hasPrefix("Others reach") }
        let text = place.name.isEmpty ? place.text : place.name
        let port = try #require(text.split(separator: ":").last?.prefix { $0.isNumber }).description
        let caller = try await Session(desktop, sources + ["--profile", "caller", "127.0.0.1:" + port])
        _ = try await called.find("who is calling") { $0.hasSuffix("is calling") }
        #expect(try await called.button("Answer").press())
        _ = try await called.find("connected") { $0.hasPrefix("Connected") }
        _ = try await caller.find("connected") { $0.hasPrefix("Connected") }
        try caller.keepPicture(Scenes.artefacts.appendingPathComponent("window-two-instances.png"))
        #expect(try await caller.button("Camera").press())
        _ = try await called.find("the camera that is off") { $0 == "Camera off" }
        #expect(try await caller.button("Hang Up").press())
        _ = try await caller.find("You hung up.", role: "label") { $0.hasSuffix("You hung up.") }
        _ = try await called.find("the end", role: "label") { $0.hasSuffix("The other person hung up.") }
        #expect(try await caller.end() == 0)
        #expect(try await called.end() == 0)
    }

    @Test("A call is declined from the banner")
    @MainActor
    func declined() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let called = try await Session(desktop, Self.quiet + ["--profile", "called"])
        let place = try await called.find("where it is reached") { $0.hasPrefix("Others reach") }
        let text = place.name.isEmpty ? place.text : place.name
        let port = try #require(text.split(separator: ":").last?.prefix { $0.isNumber }).description
        let caller = try await Session(desktop, Self.quiet + ["--profile", "caller", "127.0.0.1:" + port])
        #expect(try await called.button("Decline").press())
        _ = try await caller.find("the end", role: "label") { $0.hasSuffix("The call was declined.") }
        #expect(try await caller.end() == 0)
        #expect(try await called.end() == 0)
    }

    @Test("What is no address stays in the entry, and a line says so")
    @MainActor
    func invalid() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let session = try await Session(desktop, Self.quiet)
        let entry = try await session.find("address entry") { $0 == "Address to call" }
        #expect(entry.setText("not an address"))
        #expect(try await session.button("Call").press())
        _ = try await session.find("the line") { $0 == "This is not an address that can be called." }
        #expect(entry.text == "not an address")
        #expect(try await session.end() == 0)
    }

    @Test("A second start of the same profile hands its address to the first and ends")
    @MainActor
    func secondStart() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let session = try await Session(desktop, Self.quiet)
        _ = try await session.button("Test Call")
        let second = try RunningProgram(
            Program.built("causerie"), ["127.0.0.1:1"], environment: desktop.environment)
        #expect(try await second.waitForEnd() == 0)
        _ = try await session.find("the end") { $0 == "Call Ended" }
        #expect(session.program.isRunning)
        #expect(try await session.end() == 0)
    }

    @Test("Another profile is another instance")
    @MainActor
    func profiles() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let first = try await Session(desktop, Self.quiet)
        _ = try await first.button("Test Call")
        let second = try RunningProgram(
            Program.built("causerie"), Self.quiet + ["--profile", "other"], environment: desktop.environment)
        // Before it answers, a signal ends it as it ends any program.
        try await first.wait(for: "the other one") {
            try Program.run(
                Program.built("causeriectl"), ["--profile", "other", "list"], environment: desktop.environment
            ).status == 0
        }
        #expect(second.isRunning && first.program.isRunning)
        second.send(SIGTERM)
        let status = try await second.waitForEnd()
        #expect(status == 0, "\(second.complained)")
        #expect(try await first.end() == 0)
    }
}
