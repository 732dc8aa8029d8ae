import Testing

@testable import Media

@Suite("What an encoder is told of time") struct EncoderClockTests {
    @Test("scattered times become even steps, and a slow camera's steps are long")
    func steps() {
        var clock = EncoderClock()
        var last = clock.advance(to: 0, nominal: 3000)
        for index in 1...300 {
            // A camera that is looked at each 4.7 ms.
            let next = clock.advance(to: Int64((Double(index) * 33.333 / 4.7).rounded(.up) * 4700), nominal: 3000)
            #expect(next.timestamp == last.timestamp + Int64(last.duration))
            #expect(abs(next.duration - last.duration) < 60)
            #expect((2800...3200).contains(next.duration))
            last = next
        }
        for index in 1...100 { last = clock.advance(to: 10_000_000 + Int64(index) * 133_333, nominal: 3000) }
        #expect((11_500...12_500).contains(last.duration))
    }

    @Test("a pause is forgotten, and time never goes back")
    func pause() {
        var clock = EncoderClock()
        var last = clock.advance(to: 5, nominal: 3000)
        for time in [33_338, 66_671, 3_600_000_000, 1, 0, Int64.max, 3_600_033_333] {
            let next = clock.advance(to: time, nominal: 3000)
            #expect(next.timestamp > last.timestamp)
            last = next
        }
        #expect(last.duration < 5000)
    }

    @Test("the bitrate is kept though the times of capture scatter", arguments: VideoSettings.codecs)
    func bitrate(codec: String) throws {
        let bitrate = 400_000
        let encoder: any PictureEncoder =
            codec == "vp9"
            ? try VP9Encoder(width: 320, height: 240, framesPerSecond: 30, bitrate: bitrate)
            : try VP8Encoder(width: 320, height: 240, framesPerSecond: 30, bitrate: bitrate)
        let pool = FramePool(width: 320, height: 240, capacity: 2)
        var state: UInt32 = 1
        var bytes = 0
        for index in 0..<180 {
            let frame = try #require(pool.take())
            frame.captureTime = 1_000_000 + Int64((Double(index) * 33.333 / 4.7).rounded(.up) * 4700)
            for place in 0..<VideoFrame.byteCount(width: 320, height: 240) {
                state = state &* 1_664_525 &+ 1_013_904_223
                // Stripes that move, under a sensor's noise.
                let stripe = (place % frame.yStride + index) / 8 % 2 == 0 ? 90 : 150
                frame.y[place] = UInt8(stripe + Int(state >> 29))
            }
            let encoded = encoder.encode(frame, forceKeyFrame: index == 0)
            if index >= 60 { bytes += encoded?.bytes.count ?? 0 }
        }
        #expect(abs(Double(bytes * 8) / 4 / Double(bitrate) - 1) < 0.04, "\(bytes * 8 / 4) bit/s")
    }
}
