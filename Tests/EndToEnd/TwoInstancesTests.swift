import Devices
import Foundation
import Instances
import Programs
import Testing

/// Two headless instances with a moving picture and a tone each, over real sockets, codecs and a sound server.
@Suite(.serialized) struct TwoInstancesTests {
    private static let media = ["--camera", "test-pattern:320x240@15"]

    private struct Pair {
        let ann: HeadlessInstance
        let bob: HeadlessInstance
        let sound: PrivateSoundServer
    }

    /// Ann sends 440 Hz and plays to a sink of her own, Bob 880 Hz; Bob answers by himself when he is told to.
    private func start(autoAccept: Bool = true) async throws -> Pair {
        let bus = try await PrivateBus.start()
        let sound = try await PrivateSoundServer.start(sinks: ["ann", "bob"])
        let ann = try await HeadlessInstance.start(
            "ann", on: bus, options: Self.media + ["--microphone", "test-tone:440", "--speaker", "ann"],
            environment: sound.environment)
        let bob = try await HeadlessInstance.start(
            "bob", on: bus,
            options: Self.media + ["--microphone", "test-tone:880", "--speaker", "bob"]
                + (autoAccept ? ["--auto-accept"] : []),
            environment: sound.environment)
        return Pair(ann: ann, bob: bob, sound: sound)
    }

    @Test("Each sees and hears the other, the statistics say so, and hanging up reaches both")
    func call() async throws {
        let pair = try await start()
        try pair.ann.must("set", "main", "identifier", "Ann")
        try pair.ann.must("connect", "main", pair.bob.address, "--wait")
        try await pair.bob.wait(for: "state", "connected")
        #expect(try pair.bob.get("remoteIdentifier") == "Ann")
        for side in [pair.ann, pair.bob] {
            let statistics = try await side.waitForStatistics("picture and sound") {
                $0.framesDecoded >= 30 && $0.audioEnergy > 0
            }
            #expect(
                statistics.types.isSuperset(of: [
                    "inbound-rtp", "outbound-rtp", "candidate-pair", "transport", "local-candidate",
                    "remote-candidate", "codec",
                ]))
            let received = try #require(statistics.record("inbound-rtp", "video"))
            #expect(received["frameWidth"] as? Int == 320 && received["frameHeight"] as? Int == 240)
            #expect(received["freezeCount"] is Int)
            #expect((received["glassToGlass"] as? Double ?? -1) > 0)
            #expect((received["totalProcessingDelay"] as? Double ?? -1) > 0)
            let heard = try #require(statistics.record("inbound-rtp", "audio"))
            #expect(heard["concealedSamples"] is NSNumber && heard["jitterBufferDelay"] is NSNumber)
            try await side.waitForStatistics("reports of the other side") { $0.types.contains("remote-inbound-rtp") }
        }
        #expect((try pair.ann.statistics().setupTime ?? 0) > 0)
        // What each plays is what the other sends, and hardly anything else.
        try await expectTone(880, at: "ann", pair.sound)
        try await expectTone(440, at: "bob", pair.sound)

        try pair.ann.must("disconnect", "main")
        try await pair.ann.wait(for: "state", "ended")
        try await pair.bob.wait(for: "state", "ended")
        #expect(try pair.ann.get("endReason") != pair.bob.get("endReason"))
        #expect(try !pair.bob.get("endMessage").isEmpty)
    }

    @Test("A bad network can be emulated in mid-call, both sides feel it, and it ends by itself")
    func badNetwork() async throws {
        let pair = try await start()
        try pair.ann.must("connect", "main", pair.bob.address, "--wait")
        try pair.ann.must("emulate", "main", "loss=20%", "delay=60ms")
        #expect(try pair.ann.get("networkEmulation") == "loss=20% delay=60ms")
        #expect(try pair.ann.control("emulate", "main").output == "loss=20% delay=60ms\n")
        try await pair.ann.waitForStatistics("its own loss") {
            $0.number("inbound-rtp", "audio", "packetsLost") >= 5
        }
        try await pair.bob.waitForStatistics("the other's loss, and the delay both ways") {
            $0.number("inbound-rtp", "audio", "packetsLost") >= 5
                && $0.number("candidate-pair", nil, "currentRoundTripTime") >= 0.12
        }
        try pair.ann.must("emulate", "main", "wifi", "--for", "2")
        #expect(try pair.ann.get("networkEmulation") == "wifi")
        try await pair.ann.wait(for: "networkEmulation", "loss=20% delay=60ms")
        try pair.ann.must("emulate", "main", "off")
        try await pair.ann.waitForStatistics("a good network again") {
            $0.number("candidate-pair", nil, "currentRoundTripTime") < 0.1
        }
        #expect(try pair.ann.control("emulate", "main", "loss=200%").status == 1)
        #expect(try pair.ann.get("state") == "connected")
    }

    @Test("On 50 kbit/s the picture makes room for the sound, both sides say so, and it comes back by itself")
    func soundAlone() async throws {
        let pair = try await start()
        try pair.ann.must("connect", "main", pair.bob.address, "--wait")
        for side in [pair.ann, pair.bob] {
            try await side.waitForStatistics("a full picture") {
                $0.framesDecoded >= 30 && $0.number("inbound-rtp", "video", "frameWidth") == 320
            }
        }
        #expect(try pair.ann.get("suspendedOutgoing") == "none")
        try pair.ann.must("emulate", "main", "rate=50kbit/s")
        try await pair.ann.wait(for: "suspendedOutgoing", "video", within: .seconds(60))
        try await pair.bob.wait(for: "remoteSuspended", "video")
        // Sound goes on, in long packets: 17 a second instead of 50.
        let before = try pair.bob.statistics().audioPackets
        try await pair.bob.waitForStatistics("sound without a picture") { $0.audioPackets >= before + 50 }
        let limited = try #require(try pair.ann.statistics().record("outbound-rtp", "video"))
        #expect(limited["qualityLimitationReason"] as? String == "bandwidth")
        let durations = limited["qualityLimitationDurations"] as? [String: Double] ?? [:]
        #expect((durations["bandwidth"] ?? 0) > 0 && durations["cpu"] != nil, "\(durations)")
        try pair.ann.must("emulate", "main", "off")
        let shown = try pair.bob.statistics().framesDecoded
        try await pair.ann.wait(for: "suspendedOutgoing", "none", within: .seconds(60))
        try await pair.bob.wait(for: "remoteSuspended", "none")
        try await pair.bob.waitForStatistics("the picture again") { $0.framesDecoded >= shown + 30 }
    }

    private func expectTone(_ hertz: Double, at sink: String, _ sound: PrivateSoundServer) async throws {
        let samples = try await sound.record(sink, seconds: 1.5)
        let loudest = loudestTone(in: samples)
        #expect(abs(loudest - hertz) <= 10, "\(sink) plays \(loudest) Hz")
        let windows = stride(from: 0, to: samples.count - 4_800, by: 4_800).map { Array(samples[$0..<($0 + 4_800)]) }
        let best = windows.map { share(of: loudest, in: $0) }.max() ?? 0
        #expect(best > 0.9, "\(sink): \(best)")
    }

    @Test("Bob calls back after Ann's call, on the same streams")
    func callBack() async throws {
        let pair = try await start()
        try pair.ann.must("connect", "main", pair.bob.address, "--wait")
        try pair.ann.must("disconnect", "main")
        try await pair.bob.wait(for: "state", "ended")
        try pair.bob.must("connect", "main", pair.ann.address)
        try await pair.ann.wait(for: "state", "incoming")
        try pair.ann.must("accept", "main")
        for side in [pair.ann, pair.bob] {
            try await side.waitForStatistics("picture") { $0.state == "connected" && $0.framesDecoded >= 10 }
        }
    }

    @Test("What is sent changes in mid-call; stop and play pause and resume")
    func changes() async throws {
        let pair = try await start()
        try pair.ann.must("connect", "main", pair.bob.address, "--wait")
        try await pair.bob.waitForStatistics("picture") { $0.framesDecoded >= 10 }

        try pair.ann.must("stop", "main", "video", "out")
        try await expectStill(pair.bob) { $0.framesDecoded }
        try pair.ann.must("play", "main", "video", "out")
        let paused = try pair.bob.statistics().framesDecoded
        try await pair.bob.waitForStatistics("picture again") { $0.framesDecoded >= paused + 10 }

        try pair.ann.must("set", "main", "outgoing", "audio")
        try await expectStill(pair.bob) { $0.framesDecoded }
        let sound = try pair.bob.statistics().audioPackets
        try await pair.bob.waitForStatistics("sound goes on") { $0.audioPackets >= sound + 25 }
        try pair.ann.must("set", "main", "outgoing", "audio,video")
        let without = try pair.bob.statistics().framesDecoded
        try await pair.bob.waitForStatistics("picture once more") {
            $0.framesDecoded != without && $0.framesDecoded > 0
        }
        #expect(try pair.bob.get("state") == "connected")
    }

    @Test("The network of a window's file is taken over when somebody says so, with the passwords that are known")
    func networkOfAFile() async throws {
        let pair = try await start()
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("window.json").path
        let relay = "turn:192.0.2.7:3478?transport=udp"
        try pair.ann.must("configure", "stun:192.0.2.7:3478", relay, "--user", "ann", "--password", "secret")
        try pair.ann.must("configure", "--media-ports", "50000-50100")
        try pair.ann.must("windows", "export", "main", file)
        #expect(try !String(contentsOfFile: file, encoding: .utf8).contains("secret"))
        let before = try pair.bob.control("configure").output
        try pair.bob.must("windows", "import", file)
        #expect(try pair.bob.control("configure").output == before, "whose file it is does not choose the servers")
        let taken = try pair.bob.control("configure", "--from", file)
        #expect(taken.status == 0)
        #expect(taken.output == "The password of ann at \(relay) is not known.\n")
        #expect(try pair.bob.control("configure").output.contains("50000-50100"))
        try pair.bob.must("configure", "--add", relay, "--user", "ann", "--password", "secret")
        #expect(try pair.bob.control("configure", "--from", file).output.isEmpty)
        #expect(try pair.bob.control("configure", "--from", "/nonexistent.json").status == 1)
        #expect(try pair.bob.control("configure", "--from", file, "--clear").status == 2)
    }

    @Test("A call on hold sends and plays nothing and says so; what was muted before stays muted when it goes on")
    func hold() async throws {
        let pair = try await start()
        #expect(try pair.ann.control("hold", "main").status == 1, "no call is there to be held")
        try pair.ann.must("connect", "main", pair.bob.address, "--wait")
        for side in [pair.ann, pair.bob] { try await side.waitForStatistics("picture") { $0.framesDecoded >= 10 } }
        try pair.ann.must("stop", "main", "video", "out")
        try pair.ann.must("hold", "main")
        #expect(try pair.ann.get("onHold") == "true")
        try await pair.bob.wait(for: "heldByRemote", "true")
        #expect(try pair.bob.get("remoteStopped") == "audio,video")
        try await expectStill(pair.bob) { $0.audioPackets }
        #expect(try pair.bob.get("state") == "connected")
        let before = try pair.bob.statistics()
        try pair.ann.must("resume", "main")
        try await pair.bob.wait(for: "heldByRemote", "false")
        #expect(try pair.bob.get("remoteStopped") == "video")
        try await pair.bob.waitForStatistics("sound again") { $0.audioPackets >= before.audioPackets + 50 }
        #expect(try pair.bob.statistics().framesDecoded <= before.framesDecoded + 2)
        // A call that has ended takes its hold with it.
        try pair.bob.must("hold", "main")
        try await pair.ann.wait(for: "heldByRemote", "true")
        try pair.ann.must("disconnect", "main")
        try await pair.bob.wait(for: "state", "ended")
        #expect(try pair.bob.get("onHold") == "false")
        #expect(try pair.ann.get("heldByRemote") == "false")
    }

    /// Waits until a figure stops growing: the same over a second.
    private func expectStill(_ side: HeadlessInstance, _ figure: (CallStatistics) -> Double) async throws {
        var last = -1.0
        for _ in 0..<20 {
            let now = figure(try side.statistics())
            if now == last { return }
            last = now
            try await Task.sleep(for: .seconds(1))
        }
        Issue.record("\(side.profile) still receives")
    }
}
