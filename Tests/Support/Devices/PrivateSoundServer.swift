import Foundation
import Programs

/// A private PulseAudio with null sinks: what is played can be recorded and looked at, and what is played into a sink by
/// somebody else can be heard at its monitor, as from a microphone.
package final class PrivateSoundServer {
    package struct NotStarted: Error { package let errors: String }

    private var daemon: RunningProgram?
    private let sinks: [String]
    private let folder: TemporaryFolder
    private let socket: String

    /// As `PULSE_SERVER` wants it.
    package var address: String { "unix:\(socket)" }

    /// What a program needs in its environment to play here.
    package var environment: [String: String] {
        ["PULSE_SERVER": address, "PULSE_RUNTIME_PATH": folder.url.path, "PULSE_STATE_PATH": folder.url.path]
    }

    package static func start(sinks: [String]) async throws -> PrivateSoundServer {
        let server = try PrivateSoundServer(sinks: sinks)
        try await server.start()
        return server
    }

    /// A server that does not run yet.
    package init(sinks: [String]) throws {
        self.sinks = sinks
        folder = try TemporaryFolder()
        socket = folder.url.appendingPathComponent("native").path
    }

    /// Starts it, also after it was killed, at the same address.
    package func start() async throws {
        try? FileManager.default.removeItem(atPath: socket)
        var arguments = [
            "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes",
            "-L", "module-native-protocol-unix auth-anonymous=1 socket=\(socket)",
        ]
        for sink in sinks { arguments += ["-L", "module-null-sink \(Self.arguments(of: sink))"] }
        let daemon = try RunningProgram(
            Program.system("pulseaudio"), arguments,
            environment: ["PULSE_RUNTIME_PATH": folder.url.path, "PULSE_STATE_PATH": folder.url.path])
        self.daemon = daemon
        for _ in 0..<500 {
            if try control(["info"]).status == 0 { return }
            guard daemon.isRunning else { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw NotStarted(errors: daemon.complained)
    }

    /// Ends it as a crash would.
    package func kill() async throws {
        daemon?.send(SIGKILL)
        _ = try await daemon?.waitForEnd()
        daemon = nil
    }

    private static func arguments(of sink: String) -> String { "sink_name=\(sink) rate=48000 channels=1" }

    /// Runs `pactl`.
    @discardableResult
    package func control(_ arguments: [String]) throws -> Program.Outcome {
        try Program.run(Program.system("pactl"), arguments, environment: environment)
    }

    /// A sink that is plugged in now. Gives what takes it out again.
    package func addSink(_ name: String) throws -> String { try addSink(name, []) }

    /// A sink that only one person hears.
    package func addHeadset(_ name: String) throws -> String {
        try addSink(name, ["sink_properties=device.form_factor=headset"])
    }

    /// A sink's name for people.
    package func description(of sink: String) throws -> String {
        let lines = try control(["list", "sinks"]).output.split(separator: "\n").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        let name = lines.firstIndex(of: "Name: \(sink)") ?? lines.endIndex
        let text = lines[name...].first { $0.hasPrefix("Description: ") }
        return text.map { String($0.dropFirst("Description: ".count)) } ?? ""
    }

    private func addSink(_ name: String, _ properties: [String]) throws -> String {
        let words = Self.arguments(of: name).split(separator: " ").map(String.init) + properties
        let outcome = try control(["load-module", "module-null-sink"] + words)
        guard outcome.status == 0 else { throw NotStarted(errors: outcome.errors) }
        return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// - Parameter module: as `addSink` gave it.
    package func removeSink(_ module: String) throws { try control(["unload-module", module]) }

    /// Plays a tone of a minute into a sink, until the program is ended.
    package func play(_ hertz: Double, on sink: String) throws -> RunningProgram {
        let file = folder.url.appendingPathComponent("tone-\(hertz).raw")
        if !FileManager.default.fileExists(atPath: file.path) {
            let samples = (0..<2_880_000).map { Int16(3_000 * sin(2 * Double.pi * hertz * Double($0) / 48_000)) }
            try samples.withUnsafeBytes { Data($0) }.write(to: file)
        }
        return try RunningProgram(
            Program.system("pacat"),
            [
                "--playback", "--device=\(sink)", "--format=s16le", "--rate=48000", "--channels=1",
                "--latency-msec=50", "--raw", file.path,
            ], environment: environment)
    }

    /// Records what a sink plays, 16 bits, 48000 Hz; several channels by turns.
    package func record(_ sink: String, seconds: Double, channels: Int = 1) async throws -> [Int16] {
        let file = folder.url.appendingPathComponent("\(sink)-\(UUID().uuidString).raw")
        let recorder = try RunningProgram(
            Program.system("parec"),
            [
                "--device=\(sink).monitor", "--latency-msec=50", "--format=s16le", "--rate=48000",
                "--channels=\(channels)", "--raw", file.path,
            ],
            environment: environment)
        let wanted = Int(seconds * 48_000) * 2 * channels
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
