import Programs
import Testing

@Suite("GtkKit", .serialized)
struct GtkKitTests {
    @Test("Every control has a name for a screen reader, every icon button a tooltip")
    func labels() async throws {
        let values = try await Scenes.show("labels", environment: ["GTK_A11Y": "test"]).values
        #expect(values["unnamed"] == "")
        #expect(try #require(values["checked"].flatMap { Int($0) }) >= 14)
    }

    @Test("A video shows its newest picture, wakes the main thread no more than needed, and gives all buffers back")
    func video() async throws {
        let outcome = try await Scenes.show("video")
        let values = outcome.values
        #expect(outcome.errors == "")
        #expect(values["posted"] == "500")
        #expect(try #require(values["shown"].flatMap { Int($0) }) >= 1)
        for promise in [
            "accounted", "wakeupsBounded", "hasPicture", "buffersKept", "tooLarge", "empty", "refused",
        ] {
            #expect(values[promise] == "true", "\(promise)")
        }
        #expect(values["hasPictureAfterEnd"] == "false")
        #expect(values["buffersOut"] == "0")
        #expect(values["buffersOutAfterRefusal"] == "0")
    }

    @Test("Pictures of a whole call are shown, and no more buffers are out than the screen needs")
    func rate() async throws {
        let outcome = try await Scenes.show("rate")
        #expect(outcome.errors == "")
        let values = outcome.values.compactMapValues { Int($0) }
        let (shown, dropped) = (try #require(values["shown"]), try #require(values["dropped"]))
        // Whatever the machine's load: each picture is shown or gives way to a newer one.
        #expect(shown > 0)
        #expect((59...60).contains(shown + dropped))
        #expect(try #require(values["buffersOut"]) <= 4)
    }

    @Test("Fifty windows opened and closed leave no closure and no object behind")
    func cycle() async throws {
        let outcome = try await Scenes.show("cycle")
        #expect(outcome.errors == "")
        #expect(outcome.values["signalsLeft"] == "0")
        #expect(outcome.values["objectsLeft"] == "0")
    }

    @Test("A wrong name in an interface description is an error to catch, not a crash")
    func builder() async throws {
        let values = try await Scenes.show("builder").values
        #expect(values["missing"] == "missing")
        #expect(values["wrongType"] == "wrongType")
        #expect(values["unreadable"] == "unreadable")
        #expect(values["present"] == "found")
    }
}
