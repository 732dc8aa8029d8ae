import Devices
import Foundation
import Programs
import Testing

/// The ear that the other tests trust.
@Suite struct SoundServerTests {
    @Test("A tone that is played is recognised, and silence is not")
    func recognises() async throws {
        let server = try await PrivateSoundServer.start(sinks: ["one", "two"])
        let folder = try TemporaryFolder()
        let tone = folder.url.appendingPathComponent("tone.raw")
        let samples = (0..<480_000).map { Int16(3_000 * sin(2 * Double.pi * 660 * Double($0) / 48_000)) }
        try samples.withUnsafeBytes { Data($0) }.write(to: tone)
        let player = try RunningProgram(
            Program.system("pacat"),
            ["--playback", "--device=one", "--format=s16le", "--rate=48000", "--channels=1", "--raw", tone.path],
            environment: server.environment)
        let heard = try await server.record("one", seconds: 1)
        #expect(loudestTone(in: heard) == 660)
        #expect(share(of: 660, in: Array(heard.suffix(4_800))) > 0.9)
        let silence = try await server.record("two", seconds: 0.2)
        #expect(silence.allSatisfy { $0 == 0 })
        player.send(SIGKILL)
    }
}
