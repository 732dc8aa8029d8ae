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
