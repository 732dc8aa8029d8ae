/// Makes a stream's sound cheaper where the network carries little: longer packets, as their headers cost more than what is
/// in them (20 ms: 36 kbit/s, 60 ms: 12), and less Opus, which is good for speech down to 16 kbit/s.
package struct SoundAdaptation: Hashable, Sendable {
    private enum Thrift: Int { case none, some, most }

    /// Bit/s of the whole path, below which it begins; it ends above `back` times that.
    private static let some = 120_000.0
    private static let most = 75_000.0
    private static let back = 1.3

    private var thrift = Thrift.none

    package init() {}

    /// - Parameter available: what all streams of the call together may send, bit/s.
    package mutating func update(available: Int) {
        let rate = Double(available)
        switch thrift {
        case .none: thrift = rate < Self.most ? .most : rate < Self.some ? .some : .none
        case .some: thrift = rate < Self.most ? .most : rate > Self.some * Self.back ? .none : .some
        case .most: thrift = rate > Self.some * Self.back ? .none : rate > Self.most * Self.back ? .some : .most
        }
    }

    /// What the stream asks for, or less; never more.
    package func adapted(_ settings: AudioSettings) -> AudioSettings {
        var settings = settings
        switch thrift {
        case .none: break
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
