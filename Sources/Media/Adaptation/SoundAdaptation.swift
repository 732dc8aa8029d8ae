/// Fits a stream's sound to its path. Where that carries little, it becomes cheaper: longer packets, as their headers cost
/// more than what is in them (20 ms: 36 kbit/s, 60 ms: 12), and less Opus, which is good for speech down to 16 kbit/s.
/// Where there is room and nothing is lost, packets of the usual length become shorter: 10 ms sooner at the other ear.
package struct SoundAdaptation: Hashable, Sendable {
    private enum Thrift: Int { case none, some, most }

    /// Bit/s of the whole path, below which it begins; it ends above `back` times that.
    private static let some = 120_000.0
    private static let most = 75_000.0
    private static let back = 1.3
    /// With so much, the headers of short packets (72 kbit/s) do no harm; beside pictures, which would have use for them, it
    /// has to be more.
    private static let plenty = 250_000.0
    private static let plentyBesidePictures = 600_000.0
    /// Of that, what is still plenty afterwards.
    private static let stillPlenty = 0.7
    /// Above so much nobody speaks of a clean path any more, 0...1.
    private static let cleanLoss = 0.005
    /// Reports without loss, of which one comes about each second, before packets become shorter; at most.
    private static let leastPatience = 2
    private static let longestPatience = 256

    private var thrift = Thrift.none
    private var hasPlenty = false
    private var cleanReports = 0
    /// Packets that grew again because of a loss take longer to shrink the next time.
    private var patience = leastPatience

    package init() {}

    /// - Parameters:
    ///   - available: what all streams of the call together may send, bit/s.
    ///   - besidePictures: pictures share it.
    package mutating func update(available: Int, besidePictures: Bool) {
        let rate = Double(available)
        switch thrift {
        case .none: thrift = rate < Self.most ? .most : rate < Self.some ? .some : .none
        case .some: thrift = rate < Self.most ? .most : rate > Self.some * Self.back ? .none : .some
        case .most: thrift = rate > Self.some * Self.back ? .none : rate > Self.most * Self.back ? .some : .most
        }
        let plenty = besidePictures ? Self.plentyBesidePictures : Self.plenty
        hasPlenty = rate >= (hasPlenty ? plenty * Self.stillPlenty : plenty)
    }

    /// - Parameter loss: what the far side has missed since the last report, 0...1.
    package mutating func update(loss: Double) {
        if loss <= Self.cleanLoss {
            cleanReports = min(cleanReports + 1, Self.longestPatience)
        } else {
            if isShort { patience = min(patience * 4, Self.longestPatience) }
            cleanReports = 0
        }
    }

    private var isShort: Bool { thrift == .none && hasPlenty && cleanReports >= patience }

    /// What the stream asks for, or less. Packets of 20 ms may have 10; who asks for longer ones wants to save.
    package func adapted(_ settings: AudioSettings) -> AudioSettings {
        var settings = settings
        switch thrift {
        case .none: if isShort, settings.frameDuration == 20 { settings.frameDuration = 10 }
        case .some:
            settings.bitrate = min(settings.bitrate, 24_000)
            settings.frameDuration = max(settings.frameDuration, 40)
        case .most:
            settings.bitrate = min(settings.bitrate, 16_000)
            settings.frameDuration = max(settings.frameDuration, 60)
        }
        return settings
    }
}
