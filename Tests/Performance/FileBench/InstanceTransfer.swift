import Foundation
import Instances
import Programs

/// A file between two headless instances, by `causeriectl` alone.
final class InstanceTransfer {
    private static let options = ["--camera", "none", "--microphone", "none", "--speaker", "none", "--auto-accept"]

    private let sender: HeadlessInstance
    private let receiver: HeadlessInstance

    /// - Parameter folder: where the file is received.
    init(into folder: URL) async throws {
        let bus = try await PrivateBus.start()
        sender = try await HeadlessInstance.start("bench-sender", on: bus, options: Self.options)
        receiver = try await HeadlessInstance.start("bench-receiver", on: bus, options: Self.options)
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

struct BenchError: Error, CustomStringConvertible { let description: String }
