import Programs
import Testing

@Suite struct MainLoopTests {
    @Test("Tasks, sleeping and observation run on the process's main thread under GLib's loop")
    func runsOnTheMainThread() throws {
        let scene = try GLibKitTests.scene("main-loop")
        #expect(scene.status == 0, "\(scene.errors)")
        for key in ["task", "sleep", "afterDetached", "observed", "ended"] {
            #expect(scene.values[key] == "true", "\(key)")
        }
        #expect(scene.values["detached"] == "false")
    }

    @Test("Work posted from another thread all runs, without a wake-up more than there are jobs")
    func wakeupsAreBounded() throws {
        let scene = try GLibKitTests.scene("main-loop")
        #expect(scene.values["posted"] == "10000")
        #expect(scene.values["postWakeupsBounded"] == "true")
        let idle = try #require(scene.values["idleWakeups"].flatMap { Int($0) })
        // One is the timer's continuation; a bridge that forgot to read its descriptor makes thousands.
        #expect(idle <= 5)
    }

    @Test("Timeouts, idles and Unix signals run on the main thread, end when cancelled or dropped, and leave nothing")
    func sources() throws {
        let scene = try GLibKitTests.scene("sources")
        #expect(scene.status == 0, "\(scene.errors)")
        for key in ["after", "idle", "negative", "signal"] { #expect(scene.values[key] == "true", "\(key)") }
        #expect(scene.values["cancelledRan"] == nil)
        #expect(scene.values["droppedRan"] == nil)
        #expect(scene.values["forever"] == nil)
        #expect(scene.values["ticks"] == "true")
        #expect(scene.values["left"] == "0")
    }
}
