import Foundation
import Programs
import Testing

@testable import GLibKit

@Suite struct TextTests {
    @Test(
        "Placeholders are filled in one pass, unknown ones stay",
        arguments: [
            ("{a} and {b}", "1 and {a}"), ("{c}", "{c}"), ("{a", "{a"), ("a}", "a}"), ("{{a}}", "{1}"), ("", ""),
            ("{}", "{}"), ("{a}{a}", "11"), ("é{a}ü", "é1ü"),
        ])
    func placeholders(text: String, expected: String) {
        #expect(fillPlaceholders(text, ["a": "1", "b": "{a}"]) == expected)
    }

    @Test("A catalogue translates sentences, plurals by the language's rules, contexts and the model's run-time keys")
    func gettext() throws {
        let folder = try TemporaryFolder()
        let po = try folder.write(Self.catalogue, to: "fr.po")
        let target = folder.url.appendingPathComponent("fr/LC_MESSAGES")
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        let made = try Program.run(
            URL(fileURLWithPath: "/usr/bin/msgfmt"),
            ["-c", "-o", target.appendingPathComponent("glibtest.mo").path, po.path])
        try #require(made.status == 0, "\(made.errors)")
        let scene = try GLibKitTests.scene(
            "gettext", folder.url.path, environment: ["LC_ALL": "C.UTF-8", "LANGUAGE": "fr"])
        #expect(scene.status == 0, "\(scene.errors)")
        #expect(scene.values["plain"] == "Raccrocher")
        #expect(scene.values["named"] == "Depuis here, Ann {place} appelle")
        #expect(scene.values["one"] == "1 appel")
        #expect(scene.values["many"] == "5 appels")
        // French counts zero as singular, English does not.
        #expect(scene.values["zero"] == "0 appel")
        #expect(scene.values["context"] == "Couper le son")
        #expect(scene.values["otherContext"] == "Mute")
        #expect(scene.values["runtime"] == "Raccrocher")
        #expect(scene.values["unknown"] == "Nobody translated this")
        #expect(scene.values["empty"] == "")
    }

    @Test("Without a catalogue everything is English")
    func untranslated() throws {
        let scene = try GLibKitTests.scene("gettext", environment: ["LC_ALL": "C.UTF-8", "LANGUAGE": "fr"])
        #expect(scene.status == 0, "\(scene.errors)")
        #expect(scene.values["plain"] == "Hang up")
        #expect(scene.values["named"] == "Ann {place} calls from here")
        #expect(scene.values["one"] == "1 call")
        #expect(scene.values["zero"] == "0 calls")
        #expect(scene.values["context"] == "Mute")
    }

    private static let catalogue = """
        msgid ""
        msgstr ""
        "Content-Type: text/plain; charset=UTF-8\\n"
        "Content-Transfer-Encoding: 8bit\\n"
        "MIME-Version: 1.0\\n"
        "Project-Id-Version: test\\n"
        "PO-Revision-Date: 2026-01-01 00:00+0000\\n"
        "Last-Translator: test <test@example.org>\\n"
        "Language-Team: test <test@example.org>\\n"
        "Language: fr\\n"
        "Plural-Forms: nplurals=2; plural=(n > 1);\\n"

        msgid "Hang up"
        msgstr "Raccrocher"

        msgid "{name} calls from {place}"
        msgstr "Depuis {place}, {name} appelle"

        msgid "{count} call"
        msgid_plural "{count} calls"
        msgstr[0] "{count} appel"
        msgstr[1] "{count} appels"

        msgctxt "audio"
        msgid "Mute"
        msgstr "Couper le son"

        """
}
