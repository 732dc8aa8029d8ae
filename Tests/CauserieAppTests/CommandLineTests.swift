import CauserieApp
import Foundation
import Programs
import Testing

@Suite("The command line", .serialized)
struct CommandLineTests {
    @Test("Help is no error and names every option")
    func help() throws {
        let outcome = try Program.run(Program.built("causerie"), ["--help"])
        #expect(outcome.status == 0)
        for option in [
            "--headless", "--profile", "--port", "--camera", "--microphone", "--speaker", "--auto-accept",
            "--no-discovery",
            "<address>",
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

    @Test(
        "Headless it runs without a display, alone for its profile, and ends cleanly on either signal",
        arguments: [
            SIGINT, SIGTERM,
        ])
    func headless(_ signal: Int32) async throws {
        let bus = try await PrivateBus.start()
        let environment = bus.environment.merging(["DISPLAY": "", "WAYLAND_DISPLAY": "", "LC_ALL": "C.UTF-8"]) { $1 }
        let arguments = [
            "--headless", "--port", "0", "--camera", "none", "--microphone", "none", "--speaker", "none",
        ]
        let program = try RunningProgram(Program.built("causerie"), arguments, environment: environment)
        for _ in 0..<200 where !program.complained.contains("calls can arrive") {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(program.complained.contains("calls can arrive"))
        let second = try Program.run(Program.built("causerie"), arguments, environment: environment)
        #expect(second.status == 1)
        #expect(second.errors.contains("running already"))
        program.send(signal)
        #expect(try await program.waitForEnd() == 0)
    }
}
