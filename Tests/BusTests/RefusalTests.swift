import Foundation
import Programs
import Testing

/// Errors as another program sees them: a name to act on, and one sentence.
@Suite("Refusals over the bus") struct RefusalTests {
    /// A call of a method with its signature and arguments, and what it answers.
    struct Refused: Sendable, CustomTestStringConvertible {
        let method: String
        let arguments: [String]
        let sentence: String

        init(_ method: String, _ arguments: String..., says sentence: String) {
            self.method = method
            self.arguments = arguments
            self.sentence = sentence
        }

        var testDescription: String { ([method] + arguments).joined(separator: " ") }
    }

    private static let huge = String(repeating: "x", count: 100_000)

    @Test(
        "The instance says what is wrong",
        arguments: [
            Refused("AddStream", "ss", "nowhere", "x", says: "no window"),
            Refused("AddStream", "ss", "main", "a\nb", says: "control characters"),
            Refused("DuplicateStream", "s", "nobody", says: "no stream"),
            Refused("RemoveStream", "s", huge, says: "no stream"),
            Refused("RemoveStream", "s", "main", says: "last stream"),
            Refused("DescribeWindow", "s", huge, says: "no window"),
            Refused("CloseWindow", "s", "", says: "no window"),
            Refused("CloseWindow", "s", "main", says: "last window"),
            Refused("ReopenWindow", says: "No window was closed"),
            Refused("SetLayout", "ss", "main", "heap", says: "grid, speaker, insets"),
            Refused("SetLayout", "ss", "nowhere", "grid", says: "no window"),
            Refused("ExportWindow", "ss", "main", "relative", says: "begins with /"),
            Refused("ExportWindow", "ss", "main", "", says: "begins with /"),
            Refused("ExportWindow", "ss", "nowhere", "/tmp/x", says: "no window"),
            Refused("ExportWindow", "ss", "main", "/proc/nowhere/x", says: "cannot be written"),
            Refused("ImportWindows", "s", "../../etc/passwd", says: "begins with /"),
            Refused("ImportWindows", "s", "/../../etc/passwd", says: "does not describe a window"),
            Refused("ImportWindows", "s", "/nonexistent", says: "cannot be read"),
            Refused("Undo", "s", "main", says: "nothing to take back"),
            Refused("Redo", "s", "main", says: "nothing to make again"),
            Refused("Undo", "s", "nowhere", says: "no window"), Refused("Redo", "s", "nowhere", says: "no window"),
            Refused("AddPane", "ss", "main", "nobody", says: "no stream"),
            Refused("AddPane", "ss", "nowhere", "main", says: "no window"),
            Refused("RemovePane", "s", "nowhere", says: "no pane"),
            Refused("SetPane", "sss", "nowhere", "main", "sent", says: "no pane"),
            Refused("MovePane", "su", "nowhere", "0", says: "no pane"),
            Refused("DetachPane", "s", huge, says: "no pane"),
        ])
    func instance(refused: Refused) async throws {
        let instance = try await Instance.start()
        let before = try instance.control("windows", "list", "--json").output
        let outcome = try instance.callMethod(
            "/org/causerie/Causerie", "org.causerie.Causerie", refused.method, refused.arguments)
        #expect(outcome.status != 0 && outcome.errors.contains(refused.sentence), "\(outcome.errors.prefix(500))")
        #expect(outcome.errors.utf8.count < 1000)
        #expect(try instance.control("windows", "list", "--json").output == before)
        #expect(instance.program.complained.isEmpty)
    }

    @Test(
        "A stream says what is wrong",
        arguments: [
            Refused("Connect", "s", "", says: "An address is needed"),
            Refused("Connect", "s", "a b c", says: "not an address"),
            Refused("Connect", "s", huge, says: "at most 255"),
            Refused("NoteAddress", "s", "a b c", says: "not an address"),
            Refused("NoteAddress", "s", huge, says: "not an address"),
            Refused("Accept", says: "no incoming call"), Refused("Reject", says: "no incoming call"),
            Refused("AcceptInPane", "s", "nowhere", says: "no pane"), Refused("Trust", says: "No changed key"),
            Refused("Stop", "ass", "1", huge, "out", says: "may hold audio and video"),
            Refused("Stop", "ass", "1", "audio", "up", says: "out, in or both"),
        ])
    func stream(refused: Refused) async throws {
        let instance = try await Instance.start()
        let outcome = try instance.callMethod(
            "/org/causerie/Causerie/streams/main", "org.causerie.Stream", refused.method, refused.arguments)
        #expect(outcome.status != 0 && outcome.errors.contains(refused.sentence), "\(outcome.errors.prefix(500))")
        #expect(outcome.errors.utf8.count < 1000)
    }

    @Test("Each kind of refusal has its name")
    func names() async throws {
        let instance = try await Instance.start()
        let pane = try #require(try instance.lines("panes", "list", "--ids").first)
        #expect(try instance.control("test-call", "main", "--wait").status == 0)
        let cases: [(String, [String], String)] = [
            ("org.causerie.Causerie.CloseWindow", ["main"], "LastOne"),
            ("org.causerie.Causerie.RemovePane", [pane], "LastOne"),
            ("org.causerie.Causerie.DescribeWindow", ["nowhere"], "NotFound"),
            ("org.causerie.Causerie.SetPane", [pane, "", "sideways"], "InvalidValue"),
            ("org.causerie.Causerie.ImportWindows", ["/nonexistent"], "File"),
            ("org.causerie.Causerie.ReopenWindow", [], "Failed"),
            ("org.causerie.Stream.Connect", ["127.0.0.1:1"], "Busy"),
            ("org.causerie.Stream.TestCall", [], "Busy"),
            ("org.causerie.Stream.NoteAddress", ["127.0.0.1:1"], "Busy"),
        ]
        for (method, arguments, name) in cases {
            let path = "/org/causerie/Causerie" + (method.contains("Stream.") ? "/streams/main" : "")
            let outcome = try Program.run(
                Program.system("gdbus"),
                ["call", "--session", "-d", "org.causerie.Causerie", "-o", path, "-m", method] + arguments,
                environment: instance.bus.environment)
            #expect(outcome.errors.contains("GDBus.Error:org.causerie.Error.\(name): "), "\(method): \(outcome.errors)")
        }
        // The call that was in the way has not noticed.
        #expect(try instance.get("state") == "connected")
    }

    @Test("Arguments of other types and methods that there are not are refused before they are looked at")
    func types() async throws {
        let instance = try await Instance.start()
        for outcome in [
            try instance.callRoot("SetLayout", "u", "5"), try instance.callRoot("AddWindow", "s", "x"),
            try instance.callRoot("MovePane", "si", "main", "-1"), try instance.callRoot("ListWindows", "s", "x"),
            try instance.callRoot("DescribeWindow", "as", "1", "main"), try instance.callRoot("Explode"),
            try instance.callRoot("Undo"), try instance.callStream("AcceptInPane", "o", "/"),
            try instance.callStream("Info", "s", "x"),
        ] {
            #expect(outcome.status != 0 && !outcome.errors.isEmpty)
        }
        #expect(try instance.lines("windows", "list", "--ids") == ["main"])
        #expect(instance.program.complained.isEmpty)
    }
}
