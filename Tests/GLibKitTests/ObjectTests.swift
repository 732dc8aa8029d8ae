import Programs
import Testing

@Suite struct ObjectTests {
    @Test("Floating references are sunk, full ones taken over, borrowed ones added to, and all given back")
    func ownership() throws {
        let scene = try GLibKitTests.scene("objects")
        #expect(scene.status == 0, "\(scene.errors)")
        #expect(scene.values["sunk"] == "true")
        #expect(scene.values["retained"] == "2")
        #expect(scene.values["full"] == "1")
        #expect(scene.values["left"] == "0")
        #expect(scene.values["leftAfterThread"] == "0")
        #expect(scene.errors.isEmpty, "GLib complained")
    }

    @Test("Signal handlers read checked arguments, answer, block, disconnect, and are all released")
    func signals() throws {
        let scene = try GLibKitTests.scene("signals")
        #expect(scene.status == 0, "\(scene.errors)")
        #expect(scene.values["left"] == "0")
        #expect(scene.values["heard"] == "one")
        #expect(scene.values["wrongType"] == "true")
        #expect(scene.values["outOfBounds"] == "true")
        #expect(scene.values["connected"] == "false")
        #expect(scene.values["notified"] == "1")
        #expect(scene.values["once"] == "1")
        // The first handler answered true, which ends the emission.
        #expect(scene.values["asked"] == "1")
        #expect(scene.errors.isEmpty, "GLib complained")
    }
}
