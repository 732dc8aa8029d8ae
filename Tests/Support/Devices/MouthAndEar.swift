import Foundation
import Programs

/// A person's mouth and another's ear at one sound server, on one clock: the two channels of one null sink. What is said
/// comes out of the source `mouth`; what the sink `ear` plays is heard beside it.
package struct MouthAndEar {
    package static let (microphone, speaker) = ("mouth", "ear")

    /// Seconds from one sound to the next: more than any call delays.
    private static let interval = 0.8
    private static let rate = 48_000
    /// Samples that are looked at together.
    private static let window = 24

    package let server: PrivateSoundServer

    package static func start() async throws -> MouthAndEar {
        let server = try await PrivateSoundServer.start(sinks: [])
        for module in [
            "module-null-sink sink_name=room rate=48000 channels=2 channel_map=front-left,front-right",
            "module-remap-sink sink_name=lips master=room channels=1 channel_map=mono"
                + " master_channel_map=front-left remix=no",
            "module-remap-sink sink_name=\(speaker) master=room channels=1 channel_map=mono"
                + " master_channel_map=front-right remix=no",
            "module-remap-source source_name=\(microphone) master=room.monitor channels=1 channel_map=mono"
                + " master_channel_map=front-left remix=no",
        ] {
            let outcome = try server.control(["load-module"] + module.split(separator: " ").map(String.init))
            guard outcome.status == 0 else { throw PrivateSoundServer.NotStarted(errors: outcome.errors) }
        }
        return MouthAndEar(server: server)
    }

    /// Says something short, again and again, and listens.
    ///
    /// - Returns: from the mouth to the ear, ms: the middle one of what was heard; nil when less than half was.
    package func delay(seconds: Double) async throws -> Double? {
        let delays = try await delays(seconds: seconds)
        guard Double(delays.count) * 2 * Self.interval >= seconds - 2 * Self.interval, !delays.isEmpty else {
            return nil
        }
        return delays[delays.count / 2]
    }

    /// As `delay`, of each word that was heard, the shortest first.
    package func delays(seconds: Double) async throws -> [Double] {
        let room = try await listen(to: Self.words(seconds: seconds + 60), seconds: seconds)
        let (left, right) = (Self.onsets(in: room, channel: 0), Self.onsets(in: room, channel: 1))
        return left.compactMap { start in
            right.first { $0 > start && Double($0 - start) < Self.interval * Double(Self.rate) }.map { $0 - start }
        }.sorted().map { Double($0) * 1000 / Double(Self.rate) }
    }

    /// Says something.
    ///
    /// - Parameter said: 48 kHz; longer than it is listened to.
    /// - Returns: what was said and what was heard, by turns.
    package func listen(to said: [Int16], seconds: Double) async throws -> [Int16] {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("said.raw")
        try said.withUnsafeBytes { Data($0) }.write(to: file)
        let player = try RunningProgram(
            Program.system("pacat"),
            ["--playback", "--device=lips", "--format=s16le", "--rate=48000", "--channels=1", "--raw", file.path],
            environment: server.environment)
        defer { player.send(SIGKILL) }
        return try await server.record("room", seconds: seconds, channels: 2)
    }

    /// Twenty milliseconds of a rising tone in each interval.
    private static func words(seconds: Double) -> [Int16] {
        let length = rate / 50
        return (0..<Int(seconds * Double(rate))).map { index in
            let offset = index % Int(interval * Double(rate))
            guard offset < length else { return 0 }
            let time = Double(offset) / Double(rate)
            return Int16(12_000 * sin(2 * Double.pi * (800 + 40_000 * time) * time))
        }
    }

    /// Where something loud begins after silence, in samples.
    private static func onsets(in room: [Int16], channel: Int) -> [Int] {
        var (found, quiet): ([Int], Int) = ([], 0)
        for window in 0..<(room.count / 2 / window) {
            let start = window * Self.window
            let isLoud = (start..<(start + Self.window)).contains { abs(Int(room[$0 * 2 + channel])) > 2_000 }
            if isLoud, quiet * Self.window > rate / 5 { found.append(start) }
            quiet = isLoud ? 0 : quiet + 1
        }
        return found
    }
}
