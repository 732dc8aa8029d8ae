import Accessibility
import Foundation
import Programs
import Testing

/// The real program on a display: contacts as a person with a screen reader has them.
@Suite("Contacts, end to end", .serialized)
struct ContactsWindowTests {
    private static let quiet = ["--camera", "none", "--microphone", "none", "--speaker", "none", "--port", "0"]

    @Test(
        "A contact is added, mistakes are said in their place, and it is called from the list"
    )
    @MainActor
    func contacts() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let session = try await Session(desktop, Self.quiet)
        #expect(try await session.button("Contacts and Calls").press())
        _ = try await session.find("the empty list") { $0 == "No Contacts Yet" }
        #expect(try await session.button("Add a Contact").press())
        try await write("Nobody", into: "Name", session)
        #expect(try await session.button("Save").press())
        _ = try await session.find("what is wrong") { $0 == "A contact needs an address to be called at." }
        try await write("127.0.0.1:1", into: "Address", session)
        #expect(try await session.button("Save").press())
        // It is on the empty pane, too; there is one window more with the same button.
        #expect(try await session.button("Write to Nobody").press())
        _ = try await session.find("that nobody is there to write to") {
            $0 == "Nobody was ever met at this address, and nobody answers there now."
        }
        let call = try await session.button("Call Nobody")
        try session.keepPicture(Scenes.artefacts.appendingPathComponent("window-contacts.png"))
        #expect(call.press())
        _ = try await session.find("the end") { $0 == "Call Ended" }
        _ = try await session.find("who it was", role: "label") { $0.hasPrefix("Nobody") }
        #expect(try await session.end() == 0)
        #expect(!session.program.complained.contains("CRITICAL"))
    }

    @Test(
        "Somebody on this network is listed, on the empty pane and among the contacts, and is a contact after one click",
        .enabled(if: PrivateNetwork.isAvailable, "needs the right to make a network namespace"))
    @MainActor
    func found() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let network = try await PrivateNetwork.start("10.77.0.1", "2001:db8::1")
        let words = try network.words
        let causerie = try Program.built("causerie").path
        let other = try RunningProgram(
            URL(fileURLWithPath: words[0]),
            Array(words.dropFirst()) + [causerie, "--headless", "--profile", "gaspard"] + Self.quiet,
            environment: desktop.bus.environment)
        let session = try await Session(desktop, Self.quiet, discovers: true, through: words)
        _ = try await session.find("the heading") { $0 == "On This Network" }
        #expect(try await session.button("Contacts and Calls").press())
        let add = try await session.find("the button", role: "button") {
            $0.hasPrefix("Add ") && $0.hasSuffix(" to Contacts")
        }
        let name = String(add.name.dropFirst(4).dropLast(12))
        try session.keepPicture(Scenes.artefacts.appendingPathComponent("window-network.png"))
        #expect(add.press())
        _ = try await session.find("that it is done") { $0 == "\(name) is one of your contacts now." }
        try await session.wait(for: "no other way to add") {
            !session.shown().contains { $0.name == "Add \(name) to Contacts" }
        }
        other.send(SIGTERM)
        _ = try await other.waitForEnd()
        #expect(try await session.end() == 0)
        #expect(!session.program.complained.contains("CRITICAL"))
    }

    /// A row's title has the same words as its text: it is the one that takes any.
    @MainActor
    private func write(_ text: String, into field: String, _ session: Session) async throws {
        try await session.wait(for: "the field \(field)") {
            session.shown().contains { $0.name == field && $0.setText(text) }
        }
    }
}
