import Foundation
import Logging
import Synchronization
import Testing

@testable import Media

@Suite("The engine", .serialized) struct MediaEngineTests {
    private final class Sink: Sendable {
        let frames = Mutex<[EncodedVideo]>([])
        let sounds = Mutex<[EncodedAudio]>([])
        let pictures = Atomic<Int>(0)
        let problems = Mutex<[MediaProblem?]>([])
    }

    private func until(_ name: String, _ condition: () -> Bool) async throws {
        for _ in 0..<500 {
            if condition() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("nothing came of: \(name)")
    }

    private func send(
        _ engine: MediaEngine, _ sink: Sink,
        from source: CameraSource = .testPattern(width: 320, height: 240, framesPerSecond: 30),
        bitrate: Int = 300_000, codec: String = "vp8"
    ) -> VideoSending {
        engine.sendVideo(
            from: source, settings: VideoSettings(codec: codec, width: 320, height: 240, bitrate: bitrate),
            onFrame: { frame in sink.frames.withLock { $0.append(frame) } },
            onProblem: { problem in sink.problems.withLock { $0.append(problem) } })
    }

    @Test("pictures go from the pattern through encoder and decoder, and tell how old they are")
    func pictures() async throws {
        let engine = MediaEngine(logger: Logger(label: "test"))
        let sink = Sink()
        let receiving = engine.receiveVideo(
            onFrame: { _ in sink.pictures.add(1, ordering: .relaxed) }, onKeyFrameNeeded: {})
        let sending = engine.sendVideo(
            from: .testPattern, settings: VideoSettings(),
            onFrame: { receiving.decode($0.bytes, codec: $0.codec, isKeyFrame: $0.isKeyFrame) }, onProblem: { _ in })
        try await until("pictures") { sink.pictures.load(ordering: .relaxed) >= 20 }
        let statistics = receiving.statistics
        #expect(statistics.frameWidth == 640 && statistics.frameHeight == 480)
        #expect((statistics.glassToGlass ?? -1) > 0)
        #expect(engine.usage.seconds(of: .encode) > 0 && engine.usage.seconds(of: .decode) > 0)
        sending.close()
        receiving.close()
    }

    @Test("the codec changes while pictures run: another encoder, another decoder, no picture of the wrong one")
    func codecs() async throws {
        let engine = MediaEngine(logger: Logger(label: "test"))
        let (sink, other) = (Sink(), Sink())
        let receiving = engine.receiveVideo(
            onFrame: { _ in sink.pictures.add(1, ordering: .relaxed) }, onKeyFrameNeeded: {})
        var settings = VideoSettings(codec: "vp8", width: 320, height: 240)
        let sending = engine.sendVideo(
            from: .testPattern(width: 320, height: 240, framesPerSecond: 30), settings: settings,
            onFrame: { frame in
                sink.frames.withLock { $0.append(frame) }
                receiving.decode(frame.bytes, codec: frame.codec, isKeyFrame: frame.isKeyFrame)
            }, onProblem: { _ in })
        let beside = send(engine, other, bitrate: settings.bitrate)
        #expect(engine.encoderCount == 1)
        try await until("VP8") { sink.pictures.load(ordering: .relaxed) >= 5 }
        settings.codec = "vp9"
        sending.update(settings)
        #expect(engine.encoderCount == 2, "one for each codec")
        let before = sink.pictures.load(ordering: .relaxed)
        try await until("VP9") { sink.frames.withLock { $0.last?.codec } == "vp9" }
        try await until("pictures go on") { sink.pictures.load(ordering: .relaxed) > before + 10 }
        let frames = sink.frames.withLock { $0 }
        #expect(frames.first { $0.codec == "vp9" }?.isKeyFrame == true)
        #expect(receiving.statistics.framesDropped == 0)
        sending.close()
        beside.close()
        receiving.close()
        #expect(engine.encoderCount == 0)
    }

    @Test("equal settings share one encoder, different ones do not, and none stays behind")
    func encodesOnce() async throws {
        let engine = MediaEngine(logger: Logger(label: "test"))
        let (first, second, third) = (Sink(), Sink(), Sink())
        let a = send(engine, first)
        let b = send(engine, second)
        #expect(engine.encoderCount == 1)
        let c = send(engine, third, bitrate: 100_000)
        #expect(engine.encoderCount == 2)
        try await until("all get pictures") {
            [first, second, third].allSatisfy { $0.frames.withLock { $0.count } > 3 }
        }
        b.setPaused(true)
        a.close()
        b.close()
        c.close()
        #expect(engine.encoderCount == 0)
    }

    @Test(
        "one stream's lower ceiling takes a second encoding, and nobody else's; back at the old one it is shared again")
    func secondEncoding() async throws {
        let engine = MediaEngine(logger: Logger(label: "test"))
        let sinks = (0..<4).map { _ in Sink() }
        let sendings = sinks.map { send(engine, $0) }
        #expect(engine.encoderCount == 1)
        var low = VideoSettings(width: 320, height: 240, bitrate: 300_000)
        low.minimumBitrate = 50_000
        // The floor alone is no reason for another encoder.
        sendings[3].update(low)
        #expect(engine.encoderCount == 1)
        low.bitrate = 60_000
        sendings[3].update(low)
        #expect(engine.encoderCount == 2)
        // Alone, an encoder changes its rate without a new one, and so without a key frame.
        try await until("pictures of the second encoder") { sinks[3].frames.withLock { $0.count } > 5 }
        let keyFrames = sendings[3].statistics?.keyFramesEncoded
        low.bitrate = 80_000
        sendings[3].update(low)
        #expect(engine.encoderCount == 2)
        let count = sinks[3].frames.withLock { $0.count }
        try await until("more of its pictures") { sinks[3].frames.withLock { $0.count } > count + 5 }
        #expect(sendings[3].statistics?.keyFramesEncoded == keyFrames)
        low.bitrate = 300_000
        sendings[3].update(low)
        #expect(engine.encoderCount == 1)
        for sending in sendings { sending.close() }
        #expect(engine.encoderCount == 0)
    }

    @Test("a stream with two thirds of the bitrate has half of the pictures of the same encoder, and the others all")
    func layered() async throws {
        let engine = MediaEngine(logger: Logger(label: "test"))
        let (good, poor, other) = (Sink(), Sink(), Sink())
        let a = send(engine, good)
        let b = send(engine, poor)
        let c = send(engine, other)
        b.update(VideoSettings(width: 320, height: 240, bitrate: 300_000), bitrate: 200_000)
        #expect(engine.encoderCount == 1)
        try await until("the poor one's pictures") { poor.frames.withLock { $0.count } > 5 }
        let before = [good, poor, other].map { $0.frames.withLock { $0.count } }
        try await until("half of the pictures") { good.frames.withLock { $0.count } > before[0] + 40 }
        let counts = zip([good, poor, other], before).map { sink, before in
            sink.frames.withLock { $0.count } - before
        }
        #expect(abs(counts[0] - counts[2]) <= 1 && abs(counts[0] - 2 * counts[1]) <= 3, "\(counts)")
        #expect(poor.frames.withLock { $0.dropFirst(before[1]).allSatisfy { $0.temporalLayer == 0 } })
        #expect(b.statistics?.qualityLimitationReason == .bandwidth)
        #expect(a.statistics?.qualityLimitationReason == QualityLimitation.none)
        // Far below the others it has an encoder, and a size, of its own; back on a good network it joins them.
        b.update(VideoSettings(width: 320, height: 240, bitrate: 300_000), bitrate: 50_000)
        #expect(engine.encoderCount == 2)
        b.update(VideoSettings(width: 320, height: 240, bitrate: 300_000), bitrate: 300_000)
        try await until("one encoder") { engine.encoderCount == 1 }
        for sending in [a, b, c] { sending.close() }
        #expect(engine.encoderCount == 0)
    }

    @Test("while the network takes nothing no picture is made, unless for others, and the next one is no key frame")
    func held() async throws {
        let engine = MediaEngine(logger: Logger(label: "test"))
        let (held, other) = (Sink(), Sink())
        let sending = send(engine, held)
        let count = { (sink: Sink) in sink.frames.withLock { $0.count } }
        try await until("pictures") { count(held) > 5 }
        sending.setHeld(true)
        // What was in the encoder's queue still comes.
        var before = -1
        try await until("none comes any more") {
            defer { before = count(held) }
            usleep(200_000)
            return count(held) == before
        }
        sending.setHeld(false)
        try await until("they go on") { count(held) > before + 5 }
        #expect(held.frames.withLock { $0.dropFirst(before).allSatisfy { !$0.isKeyFrame } })
        let beside = send(engine, other)
        try await until("the other's pictures") { count(other) > 5 }
        sending.setHeld(true)
        let shared = count(other)
        try await until("more of them") { count(other) > shared + 5 }
        #expect(engine.encoderCount == 1)
        sending.close()
        beside.close()
    }

    @Test("four streams ask for a key frame at once, and get one")
    func keyFramesMerged() async throws {
        let engine = MediaEngine(logger: Logger(label: "test"))
        let sinks = (0..<4).map { _ in Sink() }
        let sendings = sinks.map { send(engine, $0) }
        try await until("pictures") { sinks.allSatisfy { $0.frames.withLock { $0.count } > 5 } }
        let before = sendings[0].statistics?.keyFramesEncoded ?? 0
        for sending in sendings { sending.requestKeyFrame() }
        let count = sinks[0].frames.withLock { $0.count }
        try await until("more pictures") { sinks[0].frames.withLock { $0.count } > count + 8 }
        #expect(sendings[0].statistics?.keyFramesEncoded == before + 1)
        for sending in sendings { sending.close() }
    }

    @Test("a camera that is not there is a problem, not a failure; another one heals it")
    func missingCamera() async throws {
        let engine = MediaEngine(logger: Logger(label: "test"))
        let sink = Sink()
        let sending = send(engine, sink, from: .device("/dev/video-that-is-not-there"))
        try await until("the problem is told") {
            sink.problems.withLock { $0.contains(.deviceNotFound("/dev/video-that-is-not-there")) }
        }
        sending.change(to: .testPattern(width: 320, height: 240, framesPerSecond: 30))
        try await until("pictures of the other one") { sink.frames.withLock { !$0.isEmpty } }
        sending.close()
    }

    @Test("the tone is encoded and muting stops it; without a microphone the stream is told")
    func sounds() async throws {
        let engine = MediaEngine(logger: Logger(label: "test"))
        let sink = Sink()
        let sending = engine.sendAudio(
            from: .testTone, settings: AudioSettings(),
            onFrame: { frame in sink.sounds.withLock { $0.append(frame) } },
            onProblem: { problem in sink.problems.withLock { $0.append(problem) } })
        try await until("sound") { sink.sounds.withLock { $0.count } > 10 }
        #expect(sink.sounds.withLock { $0.allSatisfy { $0.sampleCount == 960 && $0.level > 10 && $0.level < 40 } })
        #expect(sending.level > 0.05)
        sending.setMuted(true)
        #expect(sending.level == 0)
        sending.change(to: .none)
        try await until("the lack is told") { sink.problems.withLock { $0.contains(.noDevice) } }
        sending.close()
    }

    @Test("sources are spelled and read the same, and nonsense is refused")
    func spelling() {
        for text in ["none", "default", "/dev/video3", "test-pattern:1280x720@25"] {
            #expect(CameraSource(text)?.description == text)
        }
        for text in ["test-pattern:1x1", "test-pattern:641x480", "test-pattern:640x480@0", "test-pattern:"] {
            #expect(CameraSource(text) == nil)
        }
        #expect(MicrophoneSource("test-tone:880") == .testTone(hertz: 880))
        #expect(MicrophoneSource("test-tone:5") == nil)
        #expect(SpeakerSource("sink").description == "sink")
    }
}
