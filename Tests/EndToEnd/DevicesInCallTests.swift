import Devices
import Foundation
import Instances
import Programs
import Testing

/// Devices that go and come in the middle of a call, seen by a script and heard at a real sound server.
@Suite(.serialized) struct DevicesInCallTests {
    private static let camera = ["--camera", "test-pattern:320x240@15"]

    @Test(
        "Another default speaker is followed; without the sound server the call goes on and says so, and with it the sound"
    )
    func soundServer() async throws {
        let bus = try await PrivateBus.start()
        let sound = try await PrivateSoundServer.start(sinks: ["table", "shelf"])
        _ = try sound.control(["set-default-sink", "table"])
        let ann = try await HeadlessInstance.start(
            "ann", on: bus, options: Self.camera + ["--microphone", "test-tone:440", "--speaker", "default"],
            environment: sound.environment)
        let bob = try await HeadlessInstance.start(
            "bob", on: bus,
            options: Self.camera + ["--microphone", "test-tone:880", "--speaker", "none", "--auto-accept"],
            environment: sound.environment)
        try ann.must("connect", "main", bob.address, "--wait")
        try await expectTone(880, on: "table", of: sound)

        _ = try sound.control(["set-default-sink", "shelf"])
        try await expectTone(880, on: "shelf", of: sound)
        #expect(try ann.get("problems") == "")

        try await sound.kill()
        try await waitForProblem(at: ann) { $0.contains("The sound server cannot be reached.") }
        let now = try ann.statistics()
        try await ann.waitForStatistics("pictures, and sound that nobody hears") {
            $0.state == "connected" && $0.framesDecoded >= now.framesDecoded + 15
                && $0.audioPackets >= now.audioPackets + 50
        }
        try await sound.start()
        _ = try sound.control(["set-default-sink", "table"])
        try await waitForProblem(at: ann) { $0.isEmpty }
        try await expectTone(880, on: "table", of: sound)
        #expect(try bob.get("problems") == "")
        #expect(try bob.get("state") == "connected")
    }

    @Test("Another default microphone is followed; pulled out it is named as missing, and plugged in again it is heard")
    func microphones() async throws {
        let bus = try await PrivateBus.start()
        let sound = try await PrivateSoundServer.start(sinks: ["table", "left", "right"])
        // What is played there is said into the microphone of that name.
        var modules: [String: String] = [:]
        let plugIn = { (name: String, sink: String) in
            let outcome = try sound.control([
                "load-module", "module-remap-source", "source_name=\(name)", "master=\(sink).monitor",
            ])
            try #require(outcome.status == 0, "\(outcome.errors)")
            modules[name] = outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        try plugIn("desk", "left")
        try plugIn("headset", "right")
        let voices = [try sound.play(440, on: "left"), try sound.play(660, on: "right")]
        _ = try sound.control(["set-default-source", "desk"])
        let ann = try await HeadlessInstance.start(
            "ann", on: bus, options: Self.camera + ["--microphone", "default", "--speaker", "none"],
            environment: sound.environment)
        let bob = try await HeadlessInstance.start(
            "bob", on: bus,
            options: Self.camera + ["--microphone", "test-tone:880", "--speaker", "table", "--auto-accept"],
            environment: sound.environment)
        // Tones are what noise suppression takes away.
        try ann.must("set", "main", "audio.musicMode", "true")
        try ann.must("connect", "main", bob.address, "--wait")
        try await expectTone(440, on: "table", of: sound)
        _ = try sound.control(["set-default-source", "headset"])
        try await expectTone(660, on: "table", of: sound)
        #expect(try ann.get("problems") == "")
        // Both go, and one comes back.
        for module in modules.values { _ = try sound.control(["unload-module", module]) }
        try await waitForProblem(at: ann) { !$0.isEmpty }
        let now = try bob.statistics()
        try await bob.waitForStatistics("the call goes on without a voice") {
            $0.state == "connected" && $0.framesDecoded >= now.framesDecoded + 15
        }
        try plugIn("desk", "left")
        _ = try sound.control(["set-default-source", "desk"])
        try await waitForProblem(at: ann) { $0.isEmpty }
        try await expectTone(440, on: "table", of: sound)
        withExtendedLifetime(voices) {}
    }

    @Test(
        "A camera that is pulled out is named as missing while the sound goes on, and plugged in again it is seen again",
        .enabled(if: CameraPlugin.obstacle == nil, "\(CameraPlugin.obstacle ?? "")"))
    func camera() async throws {
        let bus = try await PrivateBus.start()
        let devices = try TemporaryFolder()
        let camera = try EmulatedCamera(in: devices, modes: [.init("YUYV", 320, 240, 15)])
        let sound = ["--microphone", "test-tone", "--speaker", "none"]
        let ann = try await HeadlessInstance.start("ann", on: bus, options: ["--camera", camera.path] + sound)
        let bob = try await HeadlessInstance.start(
            "bob", on: bus, options: Self.camera + sound + ["--auto-accept"])
        try ann.must("connect", "main", bob.address, "--wait")
        try await bob.waitForStatistics("pictures") { $0.framesDecoded >= 15 }
        for _ in 0..<2 {
            try camera.pullOut()
            try await waitForProblem(at: ann) { $0.contains(camera.path) }
            let now = try bob.statistics()
            try await bob.waitForStatistics("sound without pictures") {
                $0.state == "connected" && $0.audioPackets >= now.audioPackets + 50
            }
            let silent = try bob.statistics()
            try camera.plugIn()
            try await waitForProblem(at: ann) { $0.isEmpty }
            try await bob.waitForStatistics("pictures again") { $0.framesDecoded >= silent.framesDecoded + 15 }
        }
        #expect(try bob.get("problems") == "")
    }

    private func waitForProblem(at side: HeadlessInstance, _ condition: (String) -> Bool) async throws {
        for _ in 0..<300 {
            if try condition(side.get("problems")) { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        let problems = try side.get("problems")
        #expect(condition(problems), "\(problems)")
    }

    /// Waits until a sink plays a tone.
    private func expectTone(_ hertz: Double, on sink: String, of sound: PrivateSoundServer) async throws {
        var loudest = 0.0
        for _ in 0..<20 where abs(loudest - hertz) > 10 {
            loudest = loudestTone(in: try await sound.record(sink, seconds: 0.5))
        }
        #expect(abs(loudest - hertz) <= 10, "\(sink) plays \(loudest) Hz")
    }
}
