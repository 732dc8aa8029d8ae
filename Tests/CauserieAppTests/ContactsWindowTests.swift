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

    /// A row's title has the same words as its text: it is the one that takes any.
    @MainActor
    private func write(_ text: String, into field: String, _ session: Session) async throws {
        try await session.wait(for: "the field \(field)") {
            session.shown().contains { $0.name == field && $0.setText(text) }
        }
    }
}
