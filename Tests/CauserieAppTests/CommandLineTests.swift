import CauserieApp
import Programs
import Testing

@Suite("The command line", .serialized)
struct CommandLineTests {
    @Test("Help is no error and names every option")
    func help() throws {
        let outcome = try Program.run(Program.built("causerie"), ["--help"])
        #expect(outcome.status == 0)
        for option in [
            "--headless", "--profile", "--port", "--camera", "--microphone", "--speaker", "--auto-accept", "<address>",
        ] {
            #expect(outcome.output.contains(option), "\(option)")
        }
        #expect(!outcome.output.contains("gapplication"))
    }

    @Test("The version")
    func version() throws {
        let outcome = try Program.run(Program.built("causerie"), ["--version"])
        #expect(outcome.output == "Causerie \(AboutDialog.version)\n")
        #expect(outcome.status == 0)
    }

    @Test(
        "Wrong usage ends with 2 and a sentence on standard error",
        arguments: [
            ["--port", "70000"], ["--port", "x"], ["--profile", "1st"], ["--profile", ""],
            ["--camera", "test-pattern:7x7"],
            ["--microphone", "test-tone:1"], ["--nonsense"], ["a", "b"], [""],
        ])
    func wrong(_ arguments: [String]) throws {
        let outcome = try Program.run(Program.built("causerie"), arguments)
        #expect(outcome.status == 2)
        #expect(outcome.output == "")
        #expect(outcome.errors.hasPrefix("Error: "))
    }

    @Test("Without a display it says what to do")
    func noDisplay() throws {
        let outcome = try Program.run(
            Program.built("causerie"), [],
            environment: ["DISPLAY": "", "WAYLAND_DISPLAY": "", "GDK_BACKEND": "x11", "LC_ALL": "C.UTF-8"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("--headless"))
    }
}
