import Foundation
import Programs

/// A private PulseAudio with null sinks: what is played can be recorded and looked at.
package final class PrivateSoundServer {
    package struct NotStarted: Error { package let errors: String }

    private let daemon: RunningProgram
    private let folder: TemporaryFolder
    private let socket: String

    /// What a program needs in its environment to play here.
    package var environment: [String: String] {
        ["PULSE_SERVER": "unix:\(socket)", "PULSE_RUNTIME_PATH": folder.url.path, "PULSE_STATE_PATH": folder.url.path]
    }

    package static func start(sinks: [String]) async throws -> PrivateSoundServer {
        let folder = try TemporaryFolder()
        let socket = folder.url.appendingPathComponent("native").path
        var arguments = [
            "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes",
            "-L", "module-native-protocol-unix auth-anonymous=1 socket=\(socket)",
        ]
        for sink in sinks { arguments += ["-L", "module-null-sink sink_name=\(sink) rate=48000 channels=1"] }
        let daemon = try RunningProgram(
            Program.system("pulseaudio"), arguments,
            environment: ["PULSE_RUNTIME_PATH": folder.url.path, "PULSE_STATE_PATH": folder.url.path])
        let server = PrivateSoundServer(daemon: daemon, folder: folder, socket: socket)
        for _ in 0..<500 {
            let answer = try Program.run(Program.system("pactl"), ["info"], environment: server.environment)
            if answer.status == 0 { return server }
            guard daemon.isRunning else { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw NotStarted(errors: daemon.complained)
    }

    private init(daemon: RunningProgram, folder: TemporaryFolder, socket: String) {
        self.daemon = daemon
        self.folder = folder
        self.socket = socket
    }

    /// Records what a sink plays, 16 bits, one channel, 48000 Hz.
    package func record(_ sink: String, seconds: Double) async throws -> [Int16] {
        let file = folder.url.appendingPathComponent("\(sink)-\(UUID().uuidString).raw")
        let recorder = try RunningProgram(
            Program.system("parec"),
            [
                "--device=\(sink).monitor", "--latency-msec=50", "--format=s16le", "--rate=48000", "--channels=1",
                "--raw", file.path,
            ],
            environment: environment)
        let wanted = Int(seconds * 48_000) * 2
        let end = ContinuousClock.now + .seconds(seconds * 10 + 10)
        while try size(of: file) < wanted, recorder.isRunning, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(50))
        }
        recorder.send(SIGKILL)
        let bytes = [UInt8](try Data(contentsOf: file))
        return stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(truncatingIfNeeded: Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8)
        }
    }

    private func size(of file: URL) throws -> Int {
        guard FileManager.default.fileExists(atPath: file.path) else { return 0 }
        return (try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? NSNumber)?.intValue ?? 0
    }
}

/// How much of a recording's energy is a sine of one frequency: 1 is all of it.
package func share(of hertz: Double, in samples: [Int16], rate: Double = 48_000) -> Double {
    // Goertzel's algorithm over the whole recording.
    let coefficient = 2 * cos(2 * Double.pi * hertz / rate)
    var (previous, beforeThat, energy) = (0.0, 0.0, 0.0)
    for sample in samples {
        let value = Double(sample)
        energy += value * value
        (previous, beforeThat) = (value + coefficient * previous - beforeThat, previous)
    }
    guard energy > 0 else { return 0 }
    let power = previous * previous + beforeThat * beforeThat - coefficient * previous * beforeThat
    return 2 * power / (energy * Double(samples.count))
}

/// The loudest of some frequencies, to 10 Hz: the width that a tenth of a second resolves.
package func loudestTone(in samples: [Int16], from low: Double = 100, to high: Double = 2_000) -> Double {
    let windows = stride(from: 0, to: samples.count - 4_800, by: 14_400).map { Array(samples[$0..<($0 + 4_800)]) }
    var loudest = (hertz: 0.0, power: 0.0)
    for hertz in stride(from: low, through: high, by: 10) {
        let power = windows.reduce(0) { $0 + share(of: hertz, in: $1) }
        if power > loudest.power { loudest = (hertz, power) }
    }
    return loudest.hertz
}
