import Devices
import Foundation
import Logging
import Programs
import Testing

@testable import Media

/// A missing device is replaced by what was chosen last of what is there, until it is back.
@Suite("What takes the place of a missing device", .serialized) struct FallbackDeviceTests {
    private func engine(_ server: PrivateSoundServer) -> MediaEngine {
        MediaEngine(logger: Logger(label: "test"), deviceFolder: "/nonexistent", soundServer: server.address)
    }

    private func place(_ kind: String, _ server: PrivateSoundServer) throws -> String? {
        let lines = try server.control(["list", "short", kind == "sink-inputs" ? "sinks" : "sources"]).output
        let names = Dictionary(
            lines.split(separator: "\n").compactMap { line -> (String, String)? in
                let words = line.split(separator: "\t").map(String.init)
                return words.count > 1 ? (words[0], words[1]) : nil
            }, uniquingKeysWith: { first, _ in first })
        let streams = try server.control(["list", "short", kind]).output.split(separator: "\n")
        guard streams.count == 1 else { return nil }
        let words = streams[0].split(separator: "\t").map(String.init)
        return words.count > 1 ? names[words[1]] : nil
    }

    @Test("a speaker: the one chosen last, not the default; then the chosen one by itself")
    func speaker() async throws {
        let server = try await PrivateSoundServer.start(sinks: ["table", "shelf"])
        let engine = engine(server)
        engine.setPreferredDevices([.speaker: ["desk", "gone", "shelf", "table"]])
        try server.control(["set-default-sink", "table"])
        let speaker = try Speaker(engine, .device("desk"))
        try await eventually("the last chosen plays") { try place("sink-inputs", server) == "shelf" }
        try await eventually("it is told") { speaker.problems == [.deviceNotFound("desk")] }
        let desk = try server.addSink("desk")
        try await eventually("it is taken again") { try place("sink-inputs", server) == "desk" }
        try await eventually("it is told") { speaker.problems == [.deviceNotFound("desk"), nil] }
        try server.removeSink(desk)
        try await eventually("the last chosen plays again") { try place("sink-inputs", server) == "shelf" }
        try await eventually("it is told") { speaker.problems.last == .deviceNotFound("desk") }
        speaker.close()
    }

    @Test("a microphone: the one chosen last, never a speaker's monitor; then the chosen one by itself")
    func microphone() async throws {
        let server = try await PrivateSoundServer.start(sinks: ["table"])
        let engine = engine(server)
        engine.setPreferredDevices([.microphone: ["mouth", "second"]])
        let listener = Listener(engine, .device("mouth"))
        try await eventually("it is told") { listener.problems == [.deviceNotFound("mouth")] }
        #expect(try place("source-outputs", server) == nil)
        for name in ["first", "second"] {
            try server.control(["load-module", "module-null-source", "source_name=\(name)"])
        }
        try server.control(["set-default-source", "first"])
        try await eventually("the last chosen is heard") { try place("source-outputs", server) == "second" }
        #expect(listener.problems == [.deviceNotFound("mouth")])
        try server.control(["load-module", "module-null-source", "source_name=mouth"])
        try await eventually("it is taken again") { try place("source-outputs", server) == "mouth" }
        try await eventually("it is told") { listener.problems == [.deviceNotFound("mouth"), nil] }
        listener.close()
    }

    @Test("no loudspeaker in place of a headset, but another headset")
    func headset() async throws {
        let server = try await PrivateSoundServer.start(sinks: ["table"])
        let engine = engine(server)
        engine.setPreferredDevices([.speaker: ["my-headset", "table"]])
        let speaker = try Speaker(engine, .device("my-headset"))
        try await eventually("it is told") { speaker.problems == [.deviceNotFound("my-headset")] }
        #expect(try place("sink-inputs", server) == nil)
        _ = try server.addHeadset("ear")
        try await eventually("the other one plays") { try place("sink-inputs", server) == "ear" }
        #expect(speaker.problems == [.deviceNotFound("my-headset")])
        speaker.close()
    }
}
