import Foundation
import Programs
import Testing

@testable import GLibKit

@Suite struct SettingsTests {
    private static let schema = """
        <schemalist>
          <schema id="org.causerie.Test" path="/org/causerie/test/">
            <key name="name" type="s"><default>'somebody'</default></key>
            <key name="volume" type="d"><range min="0" max="2"/><default>1</default></key>
            <key name="words" type="as"><default>[]</default></key>
          </schema>
        </schemalist>
        """

    @Test("An installed schema keeps values, tells of changes, and refuses what the schema does not allow")
    func installed() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(Self.schema, to: "org.causerie.Test.gschema.xml")
        let made = try Program.run(
            URL(fileURLWithPath: "/usr/bin/glib-compile-schemas"), ["--strict", folder.url.path])
        try #require(made.status == 0, "\(made.errors)")
        let scene = try GLibKitTests.scene("settings", folder.url.path, environment: ["GSETTINGS_BACKEND": "memory"])
        #expect(scene.status == 0, "\(scene.errors)")
        #expect(scene.values["persistent"] == "true")
        #expect(scene.values["problem"] == "none")
        #expect(scene.values["before"] == "somebody")
        #expect(scene.values["after"] == "Ann")
        #expect(scene.values["changes"] == "1")
        #expect(scene.values["wordsNow"] == "a,b")
        #expect(scene.values["noKey"] == "noSuchKey(\"nothing\")")
        #expect(scene.values["noValue"] == "true")
        #expect(scene.values["wrongType"] == "wrongType(key: \"name\", expected: \"s\")")
        #expect(scene.values["range"] == "outOfRange(\"volume\")")
        // A key that this program knows and an older schema does not.
        #expect(scene.values["newer"] == "true")
        #expect(scene.values["missing"] == "problem")
        #expect(scene.values["relocatable"] == "false")
        #expect(scene.errors.isEmpty, "GLib complained")
    }

    @Test("Without a schema the program goes on with its own defaults and says where it looked")
    func missing() throws {
        let scene = try GLibKitTests.scene("settings", "/nonexistent")
        #expect(scene.status == 0, "\(scene.errors)")
        #expect(scene.values["persistent"] == "false")
        #expect(scene.values["problem"]?.contains("/nonexistent") == true)
        #expect(scene.values["before"] == "nobody")
        #expect(scene.values["after"] == "Ann")
        #expect(scene.values["changes"] == "1")
        #expect(scene.values["noKey"] == "noSuchKey(\"nothing\")")
        #expect(scene.values["wrongType"] == "wrongType(key: \"name\", expected: \"s\")")
    }

    @Test("The installation is found from the program's own place, and the environment has the last word")
    func prefix() throws {
        let folder = try TemporaryFolder()
        let root = folder.url.path
        _ = try folder.write("", to: "stage/share/x")
        #expect(InstallationPrefix.find(environment: nil, executable: "/usr/bin/x")?.path == "/usr")
        #expect(InstallationPrefix.find(environment: "", executable: "/opt/a/bin/x")?.path == "/opt/a")
        #expect(InstallationPrefix.find(environment: "/p", executable: "/usr/bin/x")?.path == "/p")
        let built = InstallationPrefix.find(environment: nil, executable: root + "/x86_64/debug/causerie")
        #expect(built?.path == root + "/stage")
        #expect(built?.schemaDirectory == root + "/stage/share/glib-2.0/schemas")
        #expect(InstallationPrefix.find(environment: nil, executable: "/nowhere/x") == nil)
        #expect(InstallationPrefix.find(environment: nil, executable: nil) == nil)
    }
}
