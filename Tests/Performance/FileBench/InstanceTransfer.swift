import Foundation
import Instances
import Programs

/// A file between two headless instances, by `causeriectl` alone.
final class InstanceTransfer {
    private static let options = ["--camera", "none", "--speaker", "none", "--auto-accept"]

    private let sender: HeadlessInstance
    private let receiver: HeadlessInstance

    /// - Parameter folder: where the file is received.
    init(into folder: URL, microphone: String = "none") async throws {
        let bus = try await PrivateBus.start()
        let options = Self.options + ["--microphone", microphone]
        sender = try await HeadlessInstance.start("bench-sender", on: bus, options: options)
        receiver = try await HeadlessInstance.start("bench-receiver", on: bus, options: options)
        try receiver.must("files", "set", "--folder", folder.path)
    }

    /// Seconds from the moment the receiver accepts until both have it checked.
    func send(_ file: URL) async throws -> Double {
        let sending = try sender.startControl("send-file", receiver.address, file.path, "--wait")
        let offered = try await sending.wait(for: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
        while try !receiver.control("files", "list", "--json").output.contains(offered) {
            try await Task.sleep(for: .milliseconds(20))
        }
        let clock = ContinuousClock.now
        try receiver.must("files", "accept", offered)
        let status = try await sending.waitForEnd(within: .seconds(600))
        guard status == 0 else { throw BenchError(description: "send-file: \(sending.complained)") }
        return (ContinuousClock.now - clock) / .seconds(1)
    }

    /// From now on through the call's data channel alone.
    func useDataChannel() async throws {
        for side in [sender, receiver] { try side.must("files", "set", "--connections", "off") }
        try sender.must("connect", "main", receiver.address, "--wait")
        try await receiver.wait(for: "state", "connected")
    }
}

/// What a call's sound was like for some seconds.
struct SoundFigures {
    /// Samples that had to be made up, of all.
    var concealedShare: Double
    /// Ms, the longest of each second's.
    var roundTripTime: Double
    /// Of the file, byte/s.
    var fileRate = 0.0
}

extension InstanceTransfer {
    /// The sound of a call over a link of 10 Mbit/s, without and with a file on its way through the same call.
    func soundBeside(_ file: URL, seconds: Int) async throws -> (alone: SoundFigures, beside: SoundFigures) {
        try await useDataChannel()
        for side in [sender, receiver] { try side.must("emulate", "main", "rate=10000", "delay=10ms") }
        try await Task.sleep(for: .seconds(5))
        let alone = try await sound(seconds: seconds)
        let sending = try sender.startControl("send-file", receiver.address, file.path)
        let offered = try await sending.wait(for: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
        while try !receiver.control("files", "list", "--json").output.contains(offered) {
            try await Task.sleep(for: .milliseconds(20))
        }
        try receiver.must("files", "accept", offered)
        let before = try bytesReceived()
        var beside = try await sound(seconds: seconds)
        beside.fileRate = Double(try bytesReceived() - before) / Double(seconds)
        try sender.must("files", "cancel", offered)
        return (alone, beside)
    }

    private func bytesReceived() throws -> Int {
        let text = try receiver.control("files", "list", "--json").output
        let files = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]]
        return files?.first?["bytesDone"] as? Int ?? 0
    }

    private func sound(seconds: Int) async throws -> SoundFigures {
        let number = { (statistics: CallStatistics, name: String) in statistics.number("inbound-rtp", "audio", name) }
        let before = try receiver.statistics()
        var longest = 0.0
        for _ in 0..<seconds {
            try await Task.sleep(for: .seconds(1))
            let pair = try sender.statistics().report.first {
                $0["type"] as? String == "candidate-pair" && $0["selected"] as? Bool == true
            }
            longest = max(longest, (pair?["currentRoundTripTime"] as? Double ?? 0) * 1000)
        }
        let after = try receiver.statistics()
        let samples = number(after, "totalSamplesReceived") - number(before, "totalSamplesReceived")
        let concealed = number(after, "concealedSamples") - number(before, "concealedSamples")
        return SoundFigures(concealedShare: concealed / max(samples, 1), roundTripTime: longest)
    }
}

struct BenchError: Error, CustomStringConvertible { let description: String }
