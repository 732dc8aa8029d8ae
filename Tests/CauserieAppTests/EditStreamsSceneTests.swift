import Foundation
import Programs
import Testing

@Suite("Scenes of Edit Streams", .serialized)
struct EditStreamsSceneTests {
    @Test(
        "The dialog is drawn, without a word of complaint from GTK",
        arguments: ["edit-streams", "edit-streams-invalid", "edit-streams-call"])
    func scene(_ name: String) async throws {
        let outcome = try await Scenes.show(name, picture: name)
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        let size = try Scenes.size(ofPNG: Scenes.artefacts.appendingPathComponent(name + ".png"))
        #expect(size.width > 700 && size.height > 600)
    }

    @Test(
        "All groups of the page",
        arguments: [
            ("edit-streams", 480), ("edit-streams-call", 350), ("edit-streams-invalid", 850), ("edit-streams", 1300),
        ])
    func lower(_ name: String, _ place: Int) async throws {
        let outcome = try await Scenes.show(
            name, picture: "\(name)-from-\(place)", environment: ["SCROLL": String(place)])
        #expect(outcome.errors == "")
    }

    @Test("The dialog can be made 360 pixels wide", arguments: ["edit-streams", "edit-streams-list"])
    func narrow(_ name: String) async throws {
        let size = ["WIDTH": "360", "HEIGHT": "640"]
        let outcome = try await Scenes.show(name, picture: "narrow-" + name, environment: size)
        #expect(outcome.errors == "")
        #expect(try #require(outcome.values["minimum"].flatMap { Int($0) }) <= 360)
        let french = try Scenes.french()
        let translated = try await Scenes.show(
            name, picture: "narrow-french-" + name, environment: french.environment.merging(size) { $1 })
        #expect(translated.errors == "")
        #expect(try #require(translated.values["minimum"].flatMap { Int($0) }) <= 360)
        withExtendedLifetime(french.folder) {}
    }

    @Test("In French, in the dark, in high contrast")
    func styles() async throws {
        let french = try Scenes.french()
        let styles = [
            ("french", french.environment), ("dark", ["ADW_DEBUG_COLOR_SCHEME": "prefer-dark"]),
            ("contrast", ["ADW_DEBUG_HIGH_CONTRAST": "1"]),
        ]
        for (style, environment) in styles {
            let outcome = try await Scenes.show(
                "edit-streams", picture: style + "-edit-streams", environment: environment)
            #expect(outcome.errors == "")
        }
        withExtendedLifetime(french.folder) {}
    }

    @Test("Every control has a name for a screen reader, every icon button a tooltip")
    func labels() async throws {
        let values = try await Scenes.show("edit-streams-labels", environment: ["GTK_A11Y": "test"]).values
        #expect(values["unnamed"] == "")
        #expect(try #require(values["checked"].flatMap { Int($0) }) >= 30)
    }

    @Test("Every control is reached by Tab", arguments: [760, 360])
    func keys(_ width: Int) async throws {
        let outcome = try await Scenes.show("edit-streams-keys", environment: ["WIDTH": String(width)])
        #expect(outcome.errors == "")
        #expect(outcome.values["unreached"] == "")
    }
}
