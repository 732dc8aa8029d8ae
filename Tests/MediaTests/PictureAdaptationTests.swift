import Testing

@testable import Media

/// An encoder whose quantizer follows from the bits that it has for a pixel: twice as many make it 25 steps finer. Where the
/// least bitrate of a size begins, it is at the limit of what is bearable.
private struct AdaptedPicture {
    var adaptation: PictureAdaptation
    var now: Int64 = 1_000_000
    /// ms of each picture.
    var encodeTime = 5
    /// 1 for people talking; less for a still picture.
    var complexity = 1.0
    private var load = EncoderLoad()
    private(set) var changes: [(time: Double, step: PictureStep)] = []

    init(_ settings: VideoSettings, start: Int = 300_000) {
        var available = settings
        available.bitrate = min(start, settings.bitrate)
        adaptation = PictureAdaptation(available)
        ceiling = settings.bitrate
    }

    private let ceiling: Int

    mutating func setBitrate(_ bitrate: Int) {
        var settings = adaptation.settings
        settings.bitrate = min(bitrate, ceiling)
        adaptation.update(settings, at: now)
        note()
    }

    mutating func run(seconds: Double, source: (width: Int, height: Int) = (1280, 720)) {
        let end = now + Int64(seconds * 1_000_000)
        while now < end {
            let step = adaptation.step
            let settings = adaptation.encoderSettings
            let interval = Int64(1_000_000 * step.divisor / settings.framesPerSecond)
            now += interval
            let width = min(settings.width, source.width)
            let height = min(settings.height, source.height)
            let rate = 30 * PictureStep.share(step.divisor)
            let bits = Double(settings.bitrate) / (Double(width * height) * rate * complexity)
            var doublings = 0.0
            var ratio = bits / 0.0217
            while ratio > 1 { (ratio, doublings) = (ratio / 1.1, doublings + 0.1375) }
            while ratio < 0.9 { (ratio, doublings) = (ratio * 1.1, doublings - 0.1375) }
            let quantizer = Int(min(max(94 - 25 * doublings, 4), 127))
            let time = Int64(encodeTime * 1000 * width * height / (1280 * 720))
            adaptation.record(
                EncoderMeasurement(
                    quantizer: quantizer, encodeTime: time, sourceWidth: source.width, sourceHeight: source.height,
                    load: load.record(encodeTime: time, interval: interval, at: now), time: now))
            note()
        }
    }

    private mutating func note() {
        guard changes.last?.step != adaptation.step else { return }
        changes.append((Double(now) / 1_000_000, adaptation.step))
    }
}

@Suite("A picture on a poor network") struct PictureAdaptationTests {
    private func settings(_ hint: ContentHint = .balanced, bitrate: Int = 2_500_000) -> VideoSettings {
        VideoSettings(width: 1280, height: 720, bitrate: bitrate, contentHint: hint)
    }

    @Test("it starts in the size that the first estimate carries, and is full as soon as the estimate is")
    func start() {
        var picture = AdaptedPicture(settings())
        #expect(picture.adaptation.encoderSettings.width == 640)
        picture.run(seconds: 0.3)
        picture.setBitrate(1_800_000)
        #expect(picture.adaptation.encoderSettings.width == 1280)
        #expect(picture.adaptation.limitation == .none)
        // A small picture is full from the start.
        #expect(PictureAdaptation(VideoSettings(bitrate: 300_000)).encoderSettings.width == 640)
    }

    @Test("3, 0.5 and again 3 Mbit/s: smaller within two seconds, full again within five, and nothing in between")
    func thereAndBack() {
        var picture = AdaptedPicture(settings(), start: 2_500_000)
        picture.run(seconds: 20)
        #expect(picture.adaptation.step == PictureStep())
        picture.setBitrate(450_000)
        picture.run(seconds: 2)
        #expect(picture.adaptation.step.eighths < 8 && picture.adaptation.limitation == .bandwidth)
        picture.run(seconds: 18)
        let poor = picture.changes.count
        #expect(poor <= 4, "\(picture.changes)")
        picture.setBitrate(2_500_000)
        picture.run(seconds: 5)
        #expect(picture.adaptation.step == PictureStep(), "\(picture.changes)")
        #expect(picture.changes.count == poor + 1, "one key frame, not one for each size")
        picture.run(seconds: 60)
        #expect(picture.changes.count == poor + 1)
    }

    @Test("where the bitrate falls far below what a size is worth, no picture of that size is made") func atOnce() {
        var picture = AdaptedPicture(settings(), start: 2_500_000)
        picture.run(seconds: 20)
        picture.setBitrate(320_000)
        #expect(picture.adaptation.step == PictureStep(), "that may pass")
        picture.setBitrate(250_000)
        #expect(picture.adaptation.encoderSettings.width == 640)
        #expect(picture.changes.count == 2)
    }

    @Test(
        "on a network that lies between two sizes, or sways, it does not change to and fro",
        arguments: ContentHint.allCases)
    func calm(hint: ContentHint) {
        for bitrate in stride(from: 40_000, through: 1_200_000, by: 58_000) {
            var picture = AdaptedPicture(settings(hint), start: bitrate)
            picture.run(seconds: 30)
            let before = picture.changes.count
            for second in 0..<270 {
                // A tenth up and down, as estimates go.
                picture.setBitrate(bitrate * (95 + second % 3 * 5) / 100)
                picture.run(seconds: 1)
            }
            #expect(picture.changes.count - before <= 8, "\(hint) \(bitrate): \(picture.changes)")
        }
    }

    @Test("what is said to matter stays: smooth ones get smaller, sharp ones slower, others both in turn") func hints()
    {
        func path(_ hint: ContentHint) -> [PictureStep] { PictureStep.ladder(for: settings(hint)) }
        #expect(path(.motion).dropLast().allSatisfy { $0.divisor == 1 })
        #expect(path(.detail).prefix(3).allSatisfy { $0.eighths == 8 })
        #expect(path(.balanced).prefix(3).allSatisfy { $0.divisor == 1 })
        for hint in ContentHint.allCases {
            let rates = path(hint).map { $0.leastBitrate(of: settings(hint)) }
            #expect(rates == rates.sorted(by: >), "each rung is worth less")
            #expect((rates.last ?? .max) <= 30_000)
        }
        // Nothing below what can be looked at.
        #expect(PictureStep.ladder(for: VideoSettings(width: 160, height: 120)).allSatisfy { $0.eighths == 8 })
        #expect(PictureStep.ladder(for: VideoSettings(framesPerSecond: 5)).allSatisfy { $0.divisor == 1 })
    }

    @Test("a still picture stays large on little bitrate") func stillPicture() {
        var picture = AdaptedPicture(settings(), start: 2_500_000)
        picture.complexity = 0.2
        picture.run(seconds: 10)
        picture.setBitrate(300_000)
        picture.run(seconds: 60)
        #expect(picture.adaptation.step == PictureStep())
    }

    @Test("an encoder that does not keep up gets less to do, is not asked again at once, and recovers") func processor()
    {
        var picture = AdaptedPicture(settings(), start: 2_500_000)
        picture.run(seconds: 8)
        picture.encodeTime = 45
        picture.run(seconds: 4)
        #expect(picture.adaptation.limitation == .none, "a short strain is no overload")
        picture.run(seconds: 15)
        #expect(picture.adaptation.limitation == .cpu)
        let busy = picture.adaptation.step
        #expect(busy != PictureStep())
        picture.encodeTime = 5
        picture.run(seconds: 30)
        #expect(picture.adaptation.step == busy)
        picture.run(seconds: 120)
        #expect(picture.adaptation.step == PictureStep() && picture.adaptation.limitation == .none)
    }

    @Test("steps are steps of the camera's own size, not of what was asked for") func smallCamera() {
        var picture = AdaptedPicture(settings(.motion), start: 60_000)
        picture.run(seconds: 3, source: (640, 480))
        let (width, height) = (picture.adaptation.encoderSettings.width, picture.adaptation.encoderSettings.height)
        #expect(width < 640 && height < 480 && width * 3 == height * 4, "\(width)x\(height)")
    }

    @Test("how long what limited the picture is counted") func durations() {
        var durations = QualityLimitationDurations(.none, at: 0)
        durations.set(.bandwidth, at: 3_000_000)
        durations.set(.bandwidth, at: 4_000_000)
        durations.set(.none, at: 5_500_000)
        #expect(durations.seconds(of: .none, at: 6_000_000) == 3.5)
        #expect(durations.seconds(of: .bandwidth, at: 6_000_000) == 2.5)
        #expect(durations.seconds(of: .cpu, at: 6_000_000) == 0)
    }

    @Test("sound becomes thrifty in good time, and not to and fro") func sound() {
        var sound = SoundAdaptation()
        let settings = AudioSettings(bitrate: 64_000)
        #expect(sound.adapted(settings) == settings)
        sound.update(available: 100_000, besidePictures: true)
        #expect(sound.adapted(settings).bitrate == 24_000 && sound.adapted(settings).frameDuration == 40)
        sound.update(available: 130_000, besidePictures: true)
        #expect(sound.adapted(settings).frameDuration == 40)
        sound.update(available: 50_000, besidePictures: true)
        #expect(sound.adapted(settings).bitrate == 16_000 && sound.adapted(settings).frameDuration == 60)
        #expect(sound.adapted(AudioSettings(bitrate: 8_000)).bitrate == 8_000)
        sound.update(available: 80_000, besidePictures: true)
        #expect(sound.adapted(settings).frameDuration == 60)
        sound.update(available: 500_000, besidePictures: true)
        #expect(sound.adapted(settings) == settings)
    }

    @Test("packets of sound are short where there is room and nothing is lost, and usual ones at the first loss")
    func shortPackets() {
        var sound = SoundAdaptation()
        let settings = AudioSettings()
        let duration = { (sound: SoundAdaptation) in sound.adapted(settings).frameDuration }
        for _ in 0..<10 { sound.update(loss: 0) }
        #expect(duration(sound) == 20, "nothing is known of the path")
        sound.update(available: 500_000, besidePictures: true)
        #expect(duration(sound) == 20)
        sound.update(available: 300_000, besidePictures: false)
        #expect(duration(sound) == 10, "nothing else has use for it")
        sound.update(available: 700_000, besidePictures: true)
        #expect(duration(sound) == 10 && sound.adapted(settings).bitrate == settings.bitrate)
        #expect(sound.adapted(AudioSettings(frameDuration: 40)).frameDuration == 40)
        sound.update(available: 450_000, besidePictures: true)
        #expect(duration(sound) == 10)
        sound.update(available: 400_000, besidePictures: true)
        #expect(duration(sound) == 20)
        sound.update(available: 700_000, besidePictures: true)
        sound.update(loss: 0.02)
        #expect(duration(sound) == 20)
        // The second time takes longer.
        for _ in 0..<7 { sound.update(loss: 0.004) }
        #expect(duration(sound) == 20)
        sound.update(loss: 0)
        #expect(duration(sound) == 10)
        sound.update(available: 100_000, besidePictures: true)
        #expect(duration(sound) == 40)
    }
}
