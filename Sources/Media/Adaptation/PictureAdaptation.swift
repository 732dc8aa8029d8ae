/// Decides in which size and at which rate one stream's picture is sent, by what its network carries, by how coarse the
/// encoder has to be, and by the processor. Time is the caller's: microseconds of any clock.
///
/// Down quickly, up slowly: a better picture is tried after a while without trouble, with bitrate enough, and after ever
/// longer whiles when that was a mistake.
struct PictureAdaptation: Sendable {
    /// From the first picture on, the estimate of the network decides alone, both ways: it comes to know in this time.
    private static let startTime: Int64 = 5_000_000
    private static let firstWait: Int64 = 5_000_000
    private static let longestWait: Int64 = 60_000_000
    /// Where there is bitrate for twice the picture, the network has recovered.
    private static let plentyWait: Int64 = 2_000_000
    private static let plenty = 2.0
    private static let enough = 1.15
    /// Of the least bitrate of a size, what shows without a look at its pictures that it is too large: already the next key
    /// frame of that size would stand in a queue for most of a second.
    private static let farTooLittle = 0.5
    /// A fall so soon after a rise was caused by it.
    private static let trial: Int64 = 10_000_000

    /// As the stream would have it; `bitrate` is the ceiling of now.
    private(set) var settings: VideoSettings
    /// Those settings, no larger than the camera's picture.
    private var real: VideoSettings
    private var ladder: [PictureStep]
    private var index = 0
    private var processor = ProcessorLimit()
    private var window = QuantizerWindow()
    private var began: Int64?
    private var lastChange: Int64?
    private var lastRise: Int64?
    private var wait = firstWait

    /// - Parameter settings: with the bitrate that the network carries, in this and what follows.
    init(_ settings: VideoSettings) {
        self.settings = settings
        real = settings
        ladder = PictureStep.ladder(for: settings)
        index = best()
    }

    private var rung: Int { max(index, processor.index) }

    var step: PictureStep { ladder[min(rung, ladder.count - 1)] }

    /// What the encoder should be asked for.
    var encoderSettings: VideoSettings {
        guard step.eighths < 8 else { return settings }
        var scaled = settings
        (scaled.width, scaled.height) = step.size(of: real)
        return scaled
    }

    /// Of size and rate; a coarser picture is for the caller to see.
    var limitation: QualityLimitation { rung == 0 ? .none : processor.index > index ? .cpu : .bandwidth }

    /// Takes a new bitrate, or other settings altogether.
    mutating func update(_ new: VideoSettings, at now: Int64) {
        var known = settings
        known.bitrate = new.bitrate
        known.minimumBitrate = new.minimumBitrate
        let isSame = known == new
        settings = new
        real.bitrate = new.bitrate
        if !isSame {
            real = new
            rebuild(at: now)
        } else if began.map({ now - $0 < Self.startTime }) ?? true {
            move(to: best(), at: now)
        } else if Double(settings.bitrate) < Double(least(index)) * Self.farTooLittle {
            fall(to: best(), at: now)
        }
    }

    /// Takes what the encoder says of one picture.
    mutating func record(_ measurement: EncoderMeasurement) {
        let now = measurement.time
        if began == nil { began = now }
        limitSize(to: measurement)
        if let load = measurement.load { processor.follow(load, rung: rung, last: ladder.count - 1, at: now) }
        window.record(measurement.coarseness, at: now)
        guard let began, now - began >= Self.startTime else {
            if window.isFull { window = QuantizerWindow() }
            return
        }
        if window.isHalfFull, window.isCoarse, settings.bitrate < least(index) {
            fall(to: max(best(), index + 1), at: now)
        } else if window.isFull {
            if window.isCoarse { fall(to: index + 1, at: now) } else { rise(at: now) }
            window = QuantizerWindow()
        }
    }

    private func least(_ index: Int) -> Int { ladder[index].leastBitrate(of: real) }

    /// The best rung that the bitrate is enough for, `factor` times.
    private func best(_ factor: Double = 1) -> Int {
        ladder.indices.first { Double(settings.bitrate) >= Double(least($0)) * factor } ?? ladder.count - 1
    }

    private mutating func fall(to wanted: Int, at now: Int64) {
        let lowest = min(wanted, ladder.count - 1)
        guard lowest > index else { return }
        if let lastRise, now - lastRise < Self.trial { wait = min(wait * 2, Self.longestWait) }
        move(to: lowest, at: now)
    }

    private mutating func rise(at now: Int64) {
        guard index > 0 else { return }
        let idle = now - (lastChange ?? 0)
        if idle > Self.longestWait { wait = Self.firstWait }
        // After a rise that failed, plenty has shown not to be so.
        let plentyWait = wait > Self.firstWait ? wait : Self.plentyWait
        let ample = best(Self.plenty)
        if ample < index, window.isFair, idle >= plentyWait {
            move(to: ample, at: now)
        } else if window.isFair, idle >= wait, Double(settings.bitrate) >= Double(least(index - 1)) * Self.enough {
            move(to: index - 1, at: now)
        } else {
            return
        }
        lastRise = now
    }

    private mutating func move(to wanted: Int, at now: Int64) {
        guard wanted != index else { return }
        index = wanted
        lastChange = now
        window = QuantizerWindow()
    }

    /// A ladder that begins above the camera's own size would have steps without effect.
    private mutating func limitSize(to measurement: EncoderMeasurement) {
        let scale = min(
            1, Double(settings.width) / Double(max(measurement.sourceWidth, 1)),
            Double(settings.height) / Double(max(measurement.sourceHeight, 1)))
        let width = Int(Double(measurement.sourceWidth) * scale) & ~1
        let height = Int(Double(measurement.sourceHeight) * scale) & ~1
        guard width >= 16, height >= 16, width != real.width || height != real.height else { return }
        (real.width, real.height) = (width, height)
        rebuild(at: measurement.time)
    }

    private mutating func rebuild(at now: Int64) {
        ladder = PictureStep.ladder(for: real)
        processor.clamp(to: ladder.count - 1)
        move(to: best(), at: now)
        index = min(index, ladder.count - 1)
    }
}
