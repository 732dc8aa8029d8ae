import Foundation
import Programs
import Testing

@Suite("Scenes of the interface", .serialized)
struct SceneTests {
    static let names = [
        "empty", "typed", "calling", "call", "person", "reconnecting", "incoming", "ended", "identity", "trust",
        "fullscreen", "devices", "chat", "chat-request", "chat-window", "chat-nobody",
        "chat-files", "files", "files-empty", "grid", "speaker", "insets",
        "preferences", "preferences-devices", "preferences-quality", "preferences-network", "network-check", "server",
        "shortcuts",
        "about",
    ]

    @Test("Each scene is drawn, without a word of complaint from GTK", arguments: names)
    func scene(_ name: String) async throws {
        let outcome = try await Scenes.show(name, picture: name)
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        let size = try Scenes.size(ofPNG: Scenes.artefacts.appendingPathComponent(name + ".png"))
        #expect(size.width > 200 && size.height > 100)
    }

    @Test(
        "The window can be made 360 pixels wide",
        arguments: [
            "empty", "typed", "call", "incoming", "ended", "grid", "speaker", "insets", "chat", "chat-request",
            "chat-window", "chat-files", "files",
        ])
    func narrow(_ name: String) async throws {
        let outcome = try await Scenes.show(
            name, picture: "narrow-" + name, environment: ["WIDTH": "360", "HEIGHT": "640"])
        #expect(outcome.errors == "")
        #expect(try #require(outcome.values["minimum"].flatMap { Int($0) }) <= 360)
    }

    @Test("The window can be made 360 pixels wide in French", arguments: ["empty", "call", "incoming", "ended"])
    func narrowFrench(_ name: String) async throws {
        let french = try Scenes.french()
        let outcome = try await Scenes.show(
            name, picture: "narrow-french-" + name,
            environment: french.environment.merging(["WIDTH": "360", "HEIGHT": "640"]) { $1 })
        #expect(outcome.errors == "")
        #expect(try #require(outcome.values["minimum"].flatMap { Int($0) }) <= 360)
        withExtendedLifetime(french.folder) {}
    }

    @Test("French words are drawn instead of the English ones", arguments: ["empty", "ended", "preferences"])
    func french(_ name: String) async throws {
        let french = try Scenes.french()
        _ = try await Scenes.show(name, picture: name)
        let outcome = try await Scenes.show(name, picture: "french-" + name, environment: french.environment)
        #expect(outcome.errors == "")
        let files = [name, "french-" + name].map { Scenes.artefacts.appendingPathComponent($0 + ".png") }
        #expect(try Data(contentsOf: files[0]) != Data(contentsOf: files[1]))
        withExtendedLifetime(french.folder) {}
    }

    @Test(
        "Dark and high contrast are drawn differently",
        arguments: [
            ("dark", ["ADW_DEBUG_COLOR_SCHEME": "prefer-dark"]), ("contrast", ["ADW_DEBUG_HIGH_CONTRAST": "1"]),
        ])
    func style(_ style: String, _ environment: [String: String]) async throws {
        for name in ["empty", "call", "chat", "chat-files", "files"] {
            _ = try await Scenes.show(name, picture: name)
            let outcome = try await Scenes.show(name, picture: "\(style)-\(name)", environment: environment)
            #expect(outcome.errors == "")
            let files = [name, "\(style)-\(name)"].map { Scenes.artefacts.appendingPathComponent($0 + ".png") }
            #expect(try Data(contentsOf: files[0]) != Data(contentsOf: files[1]))
        }
    }

    @Test("Without a display the host says so by status 77")
    func noDisplay() throws {
        let outcome = try Program.run(
            Program.built("GtkTestHost"), ["empty"],
            environment: ["DISPLAY": "", "WAYLAND_DISPLAY": "", "GDK_BACKEND": "x11"])
        #expect(outcome.status == 77)
    }
}
