import Accessibility
import Foundation
import Instances
import Programs
import Testing

/// The real program with its dialog, driven as a person with a screen reader would; what became of it is asked of the very
/// instance over its bus.
@Suite("Edit Streams, end to end", .serialized)
struct EditStreamsTests {
    private static let sources = [
        "--camera", "test-pattern", "--microphone", "test-tone", "--speaker", "none", "--port", "0",
    ]

    @MainActor
    private func open() async throws -> Session {
        let session = try await Session(try await Desktop.start(accessibility: true), Self.sources)
        _ = try await session.button("Test Call")
        // GTK 4.8 gives the menu button's action to the button inside.
        let menu = try #require(try await session.button("Main Menu").children.first)
        #expect(menu.press())
        #expect(try await session.find("the menu item", role: "menu item") { $0 == "Edit Streams…" }.press())
        _ = try await session.find("the dialog", role: "list") { $0 == "Streams" }
        return session
    }

    @Test("A running call is changed from the dialog: a picture less, louder, other bit rates, and back by undo")
    @MainActor
    func runningCall() async throws {
        let session = try await open()
        #expect(try await session.button("Test Call").press())
        try await session.wait(for: "the call") { try session.control("get", "main", "state") == "connected" }
        _ = try await session.find("the state in the list") { $0 == "main, connected" }

        #expect(try await session.find("Send Picture").press())
        try await session.wait(for: "sound alone") { try session.control("get", "main", "outgoing") == "audio" }
        _ = try await session.find("the note") { $0.hasPrefix("The call goes on; both sides agree anew") }
        // The far side gets no more pictures, and still gets sound.
        var pictures = -1.0
        try await session.wait(for: "sound alone in the statistics") {
            let statistics = try CallStatistics(json: session.control("stats", "main", "--json"))
            defer { pictures = statistics.number("outbound-rtp", "video", "framesEncoded") }
            return statistics.state == "connected" && statistics.audioPackets > 0
                && pictures == statistics.number("outbound-rtp", "video", "framesEncoded")
        }

        let volume = try await session.find("the volume", role: "slider") { $0 == "Volume" }
        #expect(volume.setValue(150))
        try await session.wait(for: "louder") { try session.control("get", "main", "volume") == "1.5" }
        let sound = try await session.find("the sound's bit rate", role: "spin button") { $0 == "Sound Bit Rate" }
        #expect(sound.setValue(64))
        try await session.wait(for: "64 kbit/s") { try session.control("get", "main", "audioBitrate") == "64000" }
        let picture = Scenes.artefacts.appendingPathComponent("edit-streams-running-call.png")
        try session.keepPicture(picture)

        // From elsewhere: it shows up here.
        _ = try session.control("set", "main", "volume", "0.4")
        try await session.wait(for: "the volume of elsewhere") { volume.value == 40 }

        // What came over the bus is taken back like what was done here.
        #expect(try await session.button("Undo").press())
        try await session.wait(for: "the volume before") { volume.value == 150 }
        #expect(try await session.button("Undo").press())
        try await session.wait(for: "32 kbit/s") { try session.control("get", "main", "audioBitrate") == "32000" }
        #expect(try await session.button("Redo").press())
        try await session.wait(for: "64 kbit/s again") { try session.control("get", "main", "audioBitrate") == "64000" }
        for _ in 1...3 { #expect(try await session.button("Undo").press()) }
        try await session.wait(for: "the picture again") {
            try session.control("get", "main", "outgoing").contains("video")
        }
        #expect(try session.control("get", "main", "state") == "connected")
        #expect(try await session.end() == 0)
        #expect(!session.program.complained.contains("CRITICAL"))
    }

    @Test("Streams are added, duplicated, removed; what is removed comes back")
    @MainActor
    func streams() async throws {
        let session = try await open()
        #expect(try await session.button("Add Stream").press())
        _ = try await session.find("the new stream") { $0 == "stream, idle" }
        #expect(try await session.button("Duplicate Stream").press())
        _ = try await session.find("the copy") { $0 == "stream 2, idle" }
        #expect(try await session.button("Remove Stream").press())
        _ = try await session.find("the line about it") { $0 == "“stream 2” removed" }
        try await session.wait(for: "its end") { try !session.control("list").contains("stream 2") }
        #expect(try await session.button("Undo").press())
        try await session.wait(for: "its return") { try session.control("list").contains("stream 2") }
        #expect(try await session.button("Redo").press())
        try await session.wait(for: "its end again") { try !session.control("list").contains("stream 2") }
        #expect(try await session.end() == 0)
    }

    @Test("What is refused says why and changes nothing; what is right is set")
    @MainActor
    func refused() async throws {
        let session = try await open()
        #expect(try await session.button("Add Stream").press())
        _ = try await session.find("the new stream") { $0 == "stream, idle" }
        let address = try await session.find("the address", role: "text box") { $0 == "Address" }
        #expect(address.setText("no address at all"))
        _ = try await session.find("the reason") { $0 == "This is not an address that can be called." }
        #expect(try session.control("get", "stream", "address") == "")
        #expect(address.setText("192.168.1.7:5000"))
        try await session.wait(for: "the address") {
            try session.control("get", "stream", "address") == "192.168.1.7:5000"
        }
        let floor = try await session.find("the floor", role: "spin button") { $0 == "Lowest Picture Bit Rate" }
        #expect(floor.setValue(5000))
        _ = try await session.find("the reason") { $0 == "The lowest bit rate cannot be above the highest one." }
        #expect(floor.value == 30)
        #expect(try await session.end() == 0)
    }

    @Test("Panes are added and removed")
    @MainActor
    func panes() async throws {
        let session = try await open()
        #expect(try await session.button("Add Pane").press())
        _ = try await session.find("the second pane") { $0 == "Display of Pane 2" }
        #expect(try await session.button("Remove Pane 2").press())
        _ = try await session.find("the line about it") { $0 == "Pane 2 removed" }
        #expect(try await session.button("Undo").press())
        _ = try await session.find("the second pane again") { $0 == "Display of Pane 2" }
        #expect(try await session.end() == 0)
        #expect(!session.program.complained.contains("CRITICAL"))
    }
}
