import Testing
import Wire

@testable import Media

@Suite("Pictures") struct VideoCodecTests {
    /// dB over the luma.
    private func peakSignalToNoise(_ left: VideoFrame, _ right: VideoFrame) -> Double {
        var sum = 0.0
        for y in 0..<left.height {
            for x in 0..<left.width {
                let difference = Double(left.luma(x: x, y: y)) - Double(right.luma(x: x, y: y))
                sum += difference * difference
            }
        }
        let mean = sum / Double(left.width * left.height)
        // 10 log10(255^2 / mean) by counting decibels.
        var (ratio, decibels) = (65_025 / max(mean, 0.01), 0.0)
        while ratio > 1 {
            ratio *= 0.794_328_234_724_281_5
            decibels += 1
        }
        return decibels
    }

    @Test(
        "each codec keeps the picture and its timecode within the bitrate",
        arguments: [
            ("vp8", 640, 480, 800_000), ("vp8", 1280, 720, 1_500_000), ("vp8", 320, 240, 300_000),
            ("vp9", 640, 480, 600_000), ("vp9", 320, 240, 250_000),
        ])
    func picture(codec: String, width: Int, height: Int, bitrate: Int) throws {
        let pattern = try #require(TestPattern(width: width, height: height))
        let encoder = try encoder(codec, width: width, height: height, bitrate: bitrate)
        let decoder = try PictureDecoder(codec: codec)
        var (bytes, decoded, read) = (0, 0, 0)
        for index in 0..<90 {
            let time = Int64(1_000_000 + index * 33_333)
            let frame = try #require(pattern.next(at: time))
            guard let encoded = encoder.encode(frame, forceKeyFrame: index == 0) else { continue }
            #expect(encoded.codec == codec && (encoded.isKeyFrame || index > 0))
            bytes += encoded.bytes.count
            let shown = try decoder.decode(encoded.bytes)
            let picture = try #require(shown)
            decoded += 1
            if index > 30 { #expect(peakSignalToNoise(frame, picture) > 25) }
            if let code = Timecode(readingFrom: picture) {
                #expect(code.captureTime == time && code.frameNumber == index + 1)
                read += 1
            }
        }
        #expect(decoded > 80)
        // VP9 runs here with three quarters of the bits, and a few pictures of a moving pattern are too coarse to read.
        let least = codec == "vp9" ? decoded * 9 / 10 : decoded
        #expect(read >= least, "\(read) of \(decoded) pictures tell their time")
        #expect(bytes * 8 / 3 < bitrate * 3 / 2)
    }

    private func encoder(
        _ codec: String, width: Int, height: Int, bitrate: Int
    ) throws -> any PictureEncoder {
        codec == "vp9"
            ? try VP9Encoder(width: width, height: height, framesPerSecond: 30, bitrate: bitrate)
            : try VP8Encoder(width: width, height: height, framesPerSecond: 30, bitrate: bitrate)
    }

    @Test(
        "a key frame comes when it is asked for, its packets say so, and a decoder says when it needs one",
        arguments: VideoSettings.codecs)
    func keyFrames(codec: String) throws {
        let pattern = try #require(TestPattern(width: 320, height: 240))
        let encoder = try encoder(codec, width: 320, height: 240, bitrate: 500_000)
        let frames = try [Int64(1), 33_333, 66_666].map { try #require(pattern.next(at: $0)) }
        let first = try #require(encoder.encode(frames[0], forceKeyFrame: false))
        #expect(first.isKeyFrame)
        let second = try #require(encoder.encode(frames[1], forceKeyFrame: false))
        #expect(!second.isKeyFrame)
        let third = try #require(encoder.encode(frames[2], forceKeyFrame: true))
        #expect(third.isKeyFrame)
        let garbage: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
        #expect(throws: CodecError.self) { try PictureDecoder(codec: codec).decode(garbage) }
        #expect(throws: CodecError.self) { try PictureDecoder(codec: codec).decode(second.bytes) }
        #expect(throws: CodecError.self) { try PictureDecoder(codec: "h264") }
        guard codec == "vp9" else { return }
        var packetizer = VP9Packetizer(firstPictureID: 1)
        for frame in [first, second, third] {
            let packets = packetizer.packetize(frame.bytes, isKeyFrame: frame.isKeyFrame, maximumByteCount: 1100)
            let head = try VP9Payload(parsing: try #require(packets.first)[...])
            #expect(head.startsKeyFrame == frame.isKeyFrame)
            let size = head.descriptor.structure?.sizes.first
            #expect(size == (frame.isKeyFrame ? .init(width: 320, height: 240) : nil))
        }
    }

    @Test(
        "without its upper layers a stream shows the very same pictures, less often", arguments: VideoSettings.codecs,
        [2, 4])
    func layers(codec: String, coarsest: Int) throws {
        let plan = EncodingPlan([
            0: EncodingPlan.Wish(bitrate: 600_000), 1: EncodingPlan.Wish(bitrate: 600_000, divisor: coarsest),
        ])
        #expect(plan.coarsest == coarsest)
        let pattern = try #require(TestPattern(width: 320, height: 240))
        let encoder = try encoder(codec, width: 320, height: 240, bitrate: 600_000)
        let (whole, base) = (try PictureDecoder(codec: codec), try PictureDecoder(codec: codec))
        var (all, kept) = (0, 0)
        var number = 0
        for index in 0..<90 {
            let frame = try #require(pattern.next(at: Int64(1_000_000 + index * 33_333)))
            let layer = try #require(plan.layer(of: number))
            let encoded = encoder.encode(
                frame, forceKeyFrame: index == 60, temporalLayer: layer, interval: 3000)
            defer { number += 1 }
            guard let encoded else { continue }
            if encoded.isKeyFrame { number = 0 }
            let shown = try #require(try whole.decode(encoded.bytes))
            all += encoded.bytes.count
            guard encoded.isKeyFrame || plan.sends(number, to: 1) else { continue }
            #expect(encoded.temporalLayer == 0)
            kept += encoded.bytes.count
            let alone = try #require(try base.decode(encoded.bytes))
            #expect(peakSignalToNoise(shown, alone) > 60, "picture \(index)")
        }
        let share = Double(kept) / Double(all)
        #expect(share < PictureStep.share(coarsest) + 0.15, "\(share)")
    }

    @Test("a frame goes back to its pool, and an exhausted pool gives none")
    func pools() throws {
        let pool = FramePool(width: 64, height: 64, capacity: 2)
        var frames = [try #require(pool.take()), try #require(pool.take())]
        #expect(pool.take() == nil)
        frames.removeLast()
        #expect(pool.take() != nil)
        _ = frames
    }

    @Test("pictures are made smaller in their own proportions, never larger")
    func sizes() throws {
        let pool = FramePool(width: 1280, height: 720)
        let frame = try #require(pool.take())
        let size = { (width: Int, height: Int) in
            VideoEncoding.size(for: frame, settings: VideoSettings(width: width, height: height))
        }
        #expect(size(640, 480) == (640, 360))
        #expect(size(1280, 720) == (1280, 720))
        #expect(size(1920, 1080) == (1280, 720))
        #expect(frame.scaled(width: 640, height: 360, from: FramePool(width: 640, height: 360))?.width == 640)
    }
}
