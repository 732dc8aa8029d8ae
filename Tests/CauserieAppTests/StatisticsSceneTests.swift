import Accessibility
import CauserieApp
import Conference
import Foundation
import Media
import Programs
import RTC
import Testing

@Suite("Scenes of statistics", .serialized)
struct StatisticsSceneTests {
    private static let scenes = ["statistics", "statistics-empty", "statistics-ended", "statistics-bottom", "poor"]

    @Test("Each scene is drawn, without a word of complaint from GTK", arguments: scenes)
    func scene(_ name: String) async throws {
        let outcome = try await Scenes.show(name, picture: name)
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
    }

    @Test(
        "The window can be made 360 pixels wide, in English and in French",
        arguments: ["statistics", "statistics-empty", "statistics-bottom", "poor"])
    func narrow(_ name: String) async throws {
        let size = ["WIDTH": "360", "HEIGHT": "640"]
        let french = try Scenes.french()
        for (prefix, environment) in [("narrow-", [:]), ("narrow-french-", french.environment)] {
            let outcome = try await Scenes.show(
                name, picture: prefix + name, environment: size.merging(environment) { $1 })
            #expect(outcome.errors == "")
            #expect(try #require(outcome.values["minimum"].flatMap { Int($0) }) <= 360)
        }
        withExtendedLifetime(french.folder) {}
    }

    @Test(
        "Dark and high contrast are drawn differently, and so is French",
        arguments: [
            ("dark", ["ADW_DEBUG_COLOR_SCHEME": "prefer-dark"]), ("contrast", ["ADW_DEBUG_HIGH_CONTRAST": "1"]),
            ("french", [:]),
        ])
    func style(_ style: String, _ environment: [String: String]) async throws {
        let french = try Scenes.french()
        _ = try await Scenes.show("statistics", picture: "statistics")
        let outcome = try await Scenes.show(
            "statistics", picture: "\(style)-statistics",
            environment: style == "french" ? french.environment : environment)
        #expect(outcome.errors == "")
        let files = ["statistics", "\(style)-statistics"].map { Scenes.artefacts.appendingPathComponent($0 + ".png") }
        #expect(try Data(contentsOf: files[0]) != Data(contentsOf: files[1]))
        withExtendedLifetime(french.folder) {}
    }

    @Test("What is copied is on the clipboard, as JSON that can be read")
    func clipboard() async throws {
        let outcome = try await Scenes.show("clipboard")
        #expect(outcome.errors == "")
        let copied = try #require(outcome.values["copied"])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(copied.utf8)) as? [String: Any])
        #expect(object["state"] as? String == "connected")
        #expect((object["report"] as? [Any])?.count == 1)
    }
}

@Suite("The statistics window, end to end", .serialized)
struct StatisticsWindowTests {
    @Test("It is empty without a call, shows the running one, copies it, and keeps the last figures")
    @MainActor
    func testCall() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let session = try await Session(
            desktop, ["--camera", "test-pattern", "--microphone", "test-tone", "--speaker", "none", "--port", "0"])
        try await session.openStatistics()
        _ = try await session.find("the empty page") { $0 == "No Figures Yet" }
        #expect(try await session.button("Test Call").press())
        _ = try await session.find("the frame rate") {
            $0.hasPrefix("Frame Rate: Received ") && $0.hasSuffix("frames per second") && !$0.contains("No video")
        }
        _ = try await session.find("the codecs") { $0 == "Opus for sound, VP8 for video" }
        _ = try await session.find("the encryption") { $0.hasPrefix("DTLS 1.") }
        #expect(try await session.button("Copy as JSON").press())
        _ = try await session.find("that it was copied") { $0 == "Copied as JSON" }
        try session.keepPicture(Scenes.artefacts.appendingPathComponent("window-statistics.png"))
        #expect(try await session.button("Hang Up").press())
        _ = try await session.find("that the call is over") { $0 == "The call is over" }
        let window = try await session.find("the window", role: "window") { $0 == "Statistics" }
        #expect(window.find(role: "button") { $0 == "Close" }?.press() == true)
        try await session.openStatistics()
        _ = try await session.find("the last bitrate") { $0.hasPrefix("Bitrate: Received ") }
        #expect(try await session.end() == 0)
        #expect(!session.program.complained.contains("CRITICAL"))
    }
}

extension Session {
    /// By the main menu, as a person without a mouse would.
    fileprivate func openStatistics() async throws {
        // The menu button itself has no action; the button in it has.
        #expect(try await button("Main Menu").children.contains { $0.press() })
        let item = try await find("the menu's item", role: "menu item") { $0 == "Statistics" }
        #expect(item.press())
    }
}
