import Logging
import Media
import RTC
import Testing

@testable import Conference

/// Calls with the real media: test pattern and tone, codecs, encryption, UDP on this machine.
@MainActor @Suite("Calls with media", .serialized) struct RealMediaTests {
    private func conference(_ name: String, _ profile: ScratchProfile) throws -> (Conference, Stream) {
        let conference = Conference(
            profile: nil,
            options: ConferenceOptions(
                port: 0, camera: .testPattern(width: 320, height: 240, framesPerSecond: 15), microphone: .testTone,
                speaker: SpeakerSource.none, folders: profile.folders),
            logger: Logger(label: "test"))
        let stream = try #require(conference.stream(named: "main"))
        stream.identifier = name
        return (conference, stream)
    }

    private func wait(_ stream: Stream, _ state: StreamState) async throws {
        try await until("\(stream.identifier) is \(state), not \(stream.state)") { stream.state == state }
    }

    /// The largest of a member in the records of a type and kind.
    private func value(_ stream: Stream, _ type: String, _ kind: String, _ name: String) async -> Double {
        await stream.statistics().report.filter { $0.type == type && $0["kind"] == .text(kind) }
            .compactMap { $0[name]?.doubleValue }.max() ?? 0
    }

    private func expectMedia(_ stream: Stream) async throws {
        let end = ContinuousClock.now + .seconds(30)
        var (frames, energy) = (0.0, 0.0)
        while frames < 5 || energy <= 0 {
            guard ContinuousClock.now < end else {
                throw TimedOut(description: "\(stream.identifier): \(frames) frames, energy \(energy)")
            }
            frames = await value(stream, "inbound-rtp", "video", "framesDecoded")
            energy = await value(stream, "inbound-rtp", "audio", "totalAudioEnergy")
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test("two conferences see and hear each other, change what they send, and hang up")
    func call() async throws {
        let (annProfile, bobProfile) = (try ScratchProfile(), try ScratchProfile())
        let (first, ann) = try conference("Ann", annProfile)
        let (second, bob) = try conference("Bob", bobProfile)
        await first.start()
        await second.start()
        ann.connect(to: "127.0.0.1:\(second.listeningPort ?? 0)")
        try await wait(bob, .incoming)
        bob.accept()
        try await wait(ann, .connected)
        try await wait(bob, .connected)
        try await expectMedia(ann)
        try await expectMedia(bob)
        try await until("the first picture was timed") { ann.setupTime != nil && bob.setupTime != nil }
        #expect(bob.receivedVideo.latest != nil && ann.sentVideo.latest != nil)
        // A tone's 10 ms and a packet of 20; a speaker that is none takes no time, and at most most of a packet waits.
        #expect(await value(ann, "outbound-rtp", "audio", "captureDelay") == 30)
        let played = await bob.statistics().report.compactMap { $0["playoutDelay"]?.doubleValue }
        #expect(played.count == 1 && played.allSatisfy { (0...20).contains($0) }, "\(played)")

        ann.outgoing = .audio
        try await until("Bob knows") { bob.remoteOutgoing == .audio }
        bob.outgoing = .video
        try await until("Ann knows") { ann.remoteOutgoing == .video }
        ann.outgoing = .all
        try await until("Bob knows again") { bob.remoteOutgoing == .all }
        let frames = await value(bob, "inbound-rtp", "video", "framesDecoded")
        var now = frames
        let end = ContinuousClock.now + .seconds(30)
        while now <= frames + 3, ContinuousClock.now < end {
            now = await value(bob, "inbound-rtp", "video", "framesDecoded")
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(now > frames + 3, "the picture is back")
        #expect(ann.state == .connected && bob.state == .connected)

        ann.disconnect()
        try await wait(bob, .ended(.remoteHangUp))
        try await until("no picture is left") { bob.receivedVideo.latest == nil && ann.receivedVideo.latest == nil }
        await first.shutdown()
        await second.shutdown()
    }

    /// The codec of what is sent or received, once it is this one and pictures were decoded in it.
    private func expect(_ codec: String, _ stream: Stream) async throws {
        var seen: [String?] = []
        let end = ContinuousClock.now + .seconds(30)
        while seen != [codec, codec] {
            guard ContinuousClock.now < end else { throw TimedOut(description: "\(stream.identifier): \(seen)") }
            let report = await stream.statistics().report
            seen = ["inbound-rtp", "outbound-rtp"].map { type in
                let record = report.first { $0.type == type && $0["kind"] == "video" }
                guard case .text(let name)? = report.first(where: { .text($0.id) == record?["codecId"] })?["mimeType"]
                else { return nil }
                return name
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        let start = await value(stream, "inbound-rtp", "video", "framesDecoded")
        var now = start
        while now < start + 5 {
            guard ContinuousClock.now < end else { throw TimedOut(description: "\(stream.identifier): no \(codec)") }
            now = await value(stream, "inbound-rtp", "video", "framesDecoded")
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test("the caller's codec is used by both, and either may change it while they talk")
    func codecs() async throws {
        let (annProfile, bobProfile) = (try ScratchProfile(), try ScratchProfile())
        let (first, ann) = try conference("Ann", annProfile)
        let (second, bob) = try conference("Bob", bobProfile)
        await first.start()
        await second.start()
        ann.video.codec = "vp9"
        ann.connect(to: "127.0.0.1:\(second.listeningPort ?? 0)")
        try await wait(bob, .incoming)
        bob.accept()
        for stream in [ann, bob] {
            try await expect("video/VP9", stream)
            let codec = await stream.information().videoCodec
            #expect(codec == StreamInformation.Codec(sent: "video/VP9", received: "video/VP9"))
        }
        #expect(bob.video.codec == "vp8", "what is wished for is not what is in use")
        ann.video.codec = "vp8"
        for stream in [ann, bob] { try await expect("video/VP8", stream) }
        bob.video.codec = "vp9"
        for stream in [ann, bob] { try await expect("video/VP9", stream) }
        #expect(ann.state == .connected && bob.state == .connected)
        ann.disconnect()
        await first.shutdown()
        await second.shutdown()
    }

    @Test("a stream's call with itself is seen and heard, and can be held again")
    func testCall() async throws {
        let profile = try ScratchProfile()
        let (conference, stream) = try conference("Ann", profile)
        await conference.start()
        for _ in 1...2 {
            stream.testCall()
            try await wait(stream, .connected)
            try await expectMedia(stream)
            stream.disconnect()
            #expect(stream.state == .ended(.localHangUp))
        }
        await conference.shutdown()
    }
}
