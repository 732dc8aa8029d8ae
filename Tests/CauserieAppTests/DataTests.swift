import CauserieApp
import Foundation
import FoundationXML
import GLibKit
import Programs
import Testing

@Suite("What is installed")
struct DataTests {
    private static let id = "org.causerie.Causerie"

    /// Installs the data, without programs, below a temporary folder.
    private func install() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let outcome = try Program.run(
            Program.system("sh"),
            [Scenes.root.appendingPathComponent("data/install.sh").path, "/usr", folder.url.path, "/nowhere"])
        try #require(outcome.status == 0, "\(outcome.errors)")
        return folder
    }

    private func run(_ program: String, _ arguments: [String]) throws -> Program.Outcome {
        try Program.run(Program.system(program), arguments)
    }

    @Test("The desktop entry is valid and speaks French")
    func desktopEntry() throws {
        let folder = try install()
        let file = folder.url.appendingPathComponent("usr/share/applications/\(Self.id).desktop")
        let outcome = try run("desktop-file-validate", [file.path])
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output == "")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.contains("\nComment[fr]="))
        #expect(text.contains("\nIcon=\(Self.id)\n"))
    }

    @Test("The metainfo is valid and speaks French")
    func metainfo() throws {
        let folder = try install()
        let file = folder.url.appendingPathComponent("usr/share/metainfo/\(Self.id).metainfo.xml")
        let outcome = try run("appstreamcli", ["validate", "--no-net", file.path])
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(try String(contentsOf: file, encoding: .utf8).contains("<summary xml:lang=\"fr\">"))
    }

    @Test("The D-Bus service starts the installed program")
    func service() throws {
        let folder = try install()
        let file = folder.url.appendingPathComponent("usr/share/dbus-1/services/\(Self.id).service")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.contains("Name=\(Self.id)\n"))
        #expect(text.contains("Exec=/usr/bin/causerie --gapplication-service\n"))
    }

    @Test("Icons, translations and schema are where the desktop looks")
    func places() throws {
        let folder = try install()
        for file in [
            "icons/hicolor/scalable/apps/\(Self.id).svg", "icons/hicolor/symbolic/apps/\(Self.id)-symbolic.svg",
            "locale/fr/LC_MESSAGES/causerie.mo", "glib-2.0/schemas/\(Self.id).gschema.xml",
        ] {
            let path = folder.url.appendingPathComponent("usr/share/" + file).path
            #expect(FileManager.default.fileExists(atPath: path), "\(file)")
        }
        // A package's own installation compiles the schemas.
        #expect(
            !FileManager.default.fileExists(
                atPath: folder.url.appendingPathComponent("usr/share/glib-2.0/schemas/gschemas.compiled").path))
    }

    @Test("Installing twice changes nothing, and a second run needs no other tools")
    func twice() throws {
        let folder = try TemporaryFolder()
        let script = Scenes.root.appendingPathComponent("data/install.sh").path
        for _ in 1...2 {
            let outcome = try run("sh", [script, folder.url.path + "/stage", "", "/nowhere"])
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        let compiled = folder.url.appendingPathComponent("stage/share/glib-2.0/schemas/gschemas.compiled")
        #expect(FileManager.default.fileExists(atPath: compiled.path))
    }

    @Test("The schema is valid")
    func schema() throws {
        let outcome = try run(
            "glib-compile-schemas", ["--strict", "--dry-run", Scenes.root.appendingPathComponent("data").path])
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test("The program's own defaults are the schema's, key by key")
    @MainActor
    func defaults() throws {
        let file = Scenes.root.appendingPathComponent("data/\(Self.id).gschema.xml")
        let schema = try XMLDocument(contentsOf: file, options: [])
        var found: [String: String] = [:]
        for case let key as XMLElement in try schema.nodes(forXPath: "//key") {
            let name = try #require(key.attribute(forName: "name")?.stringValue)
            found[name] = try #require(key.elements(forName: "default").first?.stringValue)
        }
        let own = Preferences.defaultTexts
        #expect(Set(own.keys) == Set(found.keys))
        for (key, value) in own { #expect(found[key] == value, "\(key)") }
    }

    @Test("Every file of the resources is in the program")
    func resources() throws {
        let folder = Scenes.root.appendingPathComponent("resources")
        let list = try String(contentsOf: folder.appendingPathComponent("causerie.gresource.xml"), encoding: .utf8)
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects as? [URL]
        for file in try #require(files) where ["ui", "svg", "css"].contains(file.pathExtension) {
            let name = file.path.dropFirst(folder.path.count + 1)
            #expect(list.contains(">\(name)</file>"), "\(name)")
        }
    }

    @Test("The shortcuts window shows the keys that work")
    @MainActor
    func shortcuts() throws {
        let file = Scenes.root.appendingPathComponent("resources/ui/shortcuts.ui")
        let document = try XMLDocument(contentsOf: file, options: [])
        let shown = try document.nodes(forXPath: "//property[@name='accelerator']").compactMap(\.stringValue)
        // The conversation has keys of its own.
        let chat = try XMLDocument(
            contentsOf: Scenes.root.appendingPathComponent("resources/ui/chat.ui"), options: [])
        let own = try chat.nodes(forXPath: "//property[@name='trigger']").compactMap(\.stringValue)
            .map { $0.replacingOccurrences(of: "<Control>", with: "<Primary>") }
        for key in own { #expect(shown.contains(key), "\(key)") }
        let working = Interface.keys.flatMap(\.keys) + own
        // F10 is the header bar's own.
        for key in shown where key != "F10" { #expect(working.contains(key), "\(key)") }
        for entry in Interface.keys { #expect(entry.keys.contains { shown.contains($0) }, "\(entry.action)") }
    }
}
