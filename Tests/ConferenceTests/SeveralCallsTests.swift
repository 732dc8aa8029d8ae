import Logging
import Media
import RTC
import Testing

@testable import Conference

/// Several streams of one conference in real calls at once: one encoding, pauses that disturb nobody, devices that come back.
@MainActor @Suite("Several calls with media", .serialized) struct SeveralCallsTests {
    private func conference(
        _ profile: ScratchProfile, camera: CameraSource = .testPattern(width: 320, height: 240, framesPerSecond: 15)
    ) -> Conference {
        Conference(
            profile: nil,
            options: ConferenceOptions(
                port: 0, camera: camera, microphone: .testTone, speaker: SpeakerSource.none, autoAccept: true,
                folders: profile.folders), logger: Logger(label: "test"))
    }

    private func figure(_ stream: Stream, _ type: String, _ kind: String, _ name: String) async -> Double {
        await stream.statistics().report.filter { $0.type == type && $0["kind"] == .text(kind) }
            .compactMap { $0[name]?.doubleValue }.max() ?? 0
    }

    private func until(_ what: String, _ condition: () async -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while !(await condition()) {
            guard ContinuousClock.now < end else { throw TimedOut(description: what) }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test("four correspondents get one encoding; one with a lower ceiling gets its own, and joins again")
    func encodeOnce() async throws {
        let profiles = try (0...4).map { _ in try ScratchProfile() }
        let sender = conference(profiles[0])
        await sender.start()
        let window = try #require(sender.windows.first)
        let called = profiles[1...].map { conference($0) }
        for (index, other) in called.enumerated() {
            await other.start()
            let stream =
                index == 0 ? try #require(window.streams.first) : sender.addStream(named: "to \(index)", to: window)
            // Whatever a busy machine makes the network look like, each wants the same.
            stream.video.bitrate = 400_000
            stream.video.minimumBitrate = 400_000
            stream.connect(to: "127.0.0.1:\(other.listeningPort ?? 0)")
        }
        try await until("all are connected") { window.streams.allSatisfy { $0.state == .connected } }
        for other in called {
            try await until("pictures for all") {
                guard let stream = other.streams.first else { return false }
                return await figure(stream, "inbound-rtp", "video", "framesDecoded") > 5
            }
        }
        try await until("one encoding for all") { sender.engine.encoderCount == 1 }
        window.streams[3].video.minimumBitrate = 100_000
        window.streams[3].video.bitrate = 100_000
        try await until("a second encoding") { sender.engine.encoderCount == 2 }
        window.streams[3].video = window.streams[0].video
        try await until("one again") { sender.engine.encoderCount == 1 }
        await sender.shutdown()
        for other in called { await other.shutdown() }
        #expect(sender.engine.encoderCount == 0)
    }

    @Test("each of the four directions is paused and resumed without a gap in the other three")
    func pauses() async throws {
        let (annProfile, bobProfile) = (try ScratchProfile(), try ScratchProfile())
        let (first, second) = (conference(annProfile), conference(bobProfile))
        await first.start()
        await second.start()
        let ann = try #require(first.streams.first)
        let bob = try #require(second.streams.first)
        ann.connect(to: "127.0.0.1:\(second.listeningPort ?? 0)")
        try await until("both are connected") { ann.state == .connected && bob.state == .connected }
        let flows: [(Stream, StreamDirection, MediaSet, Stream, String)] = [
            (ann, .sent, .audio, bob, "audio"), (ann, .sent, .video, bob, "video"),
            (ann, .received, .audio, ann, "audio"), (ann, .received, .video, ann, "video"),
        ]
        /// What is decoded of a medium at one side.
        func heard(_ stream: Stream, _ kind: String) async -> Double {
            kind == "video"
                ? await figure(stream, "inbound-rtp", kind, "framesDecoded")
                : await figure(stream, "inbound-rtp", kind, "totalAudioEnergy")
        }
        for flow in flows { try await until("media") { await heard(flow.3, flow.4) > 0 } }
        for flow in flows {
            flow.0.stop(flow.2, flow.1)
            // What was under way arrives; then nothing more does.
            try await Task.sleep(for: .milliseconds(600))
            let paused = await heard(flow.3, flow.4)
            var others: [Double] = []
            for other in flows where other.3 !== flow.3 || other.4 != flow.4 {
                others.append(await heard(other.3, other.4))
            }
            for (index, other) in flows.filter({ $0.3 !== flow.3 || $0.4 != flow.4 }).enumerated() {
                try await until("the others go on") { await heard(other.3, other.4) > others[index] }
            }
            let now = await heard(flow.3, flow.4)
            #expect(now - paused < max(0.003, paused * 0.02), "\(flow.1) \(flow.4)")
            flow.0.play(flow.2, flow.1)
            try await until("it goes on") { await heard(flow.3, flow.4) > now }
        }
        // Told to the other side, and nothing was agreed anew for it.
        ann.stop(.all, .sent)
        try await until("Bob is told") { bob.remoteStopped == .all }
        ann.play(.audio, .sent)
        try await until("Bob is told again") { bob.remoteStopped == .video }
        // A pause sounds like silence, and so is nothing that was made up.
        let concealed = await figure(bob, "inbound-rtp", "audio", "concealedSamples")
        let silent = await figure(bob, "inbound-rtp", "audio", "silentConcealedSamples")
        #expect(concealed - silent < 48_000)
        await first.shutdown()
        await second.shutdown()
    }

    @Test("a missing camera's problem goes with the camera")
    func problems() async throws {
        let profile = try ScratchProfile()
        let conference = conference(profile, camera: .device("/dev/no-such-camera"))
        await conference.start()
        let stream = try #require(conference.streams.first)
        stream.testCall()
        try await until("the problem") { stream.problems[.camera] != nil }
        stream.camera = .testPattern(width: 320, height: 240, framesPerSecond: 15)
        try await until("no problem") { stream.problems[.camera] == nil }
        try await until("pictures") { await figure(stream, "inbound-rtp", "video", "framesDecoded") > 3 }
        stream.incoming = .video
        try await Task.sleep(for: .milliseconds(300))
        stream.incoming = .all
        let energy = await figure(stream, "inbound-rtp", "audio", "totalAudioEnergy")
        try await until("sound again") { await figure(stream, "inbound-rtp", "audio", "totalAudioEnergy") > energy }
        await conference.shutdown()
    }
}
