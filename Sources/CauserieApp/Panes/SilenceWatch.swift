/// Notices a microphone that hears nothing although it should: nobody else tells the person who speaks into it.
package nonisolated struct SilenceWatch: Hashable, Sendable {
    /// Below this, as an amplitude, is what an open microphone in a quiet room never falls under: -66 dBFS.
    package static let threshold = 0.0005
    /// Looks without a sound before it is told, at ten looks a second five seconds.
    package static let patience = 50

    private var silentLooks = 0

    package init() {}

    /// Whether it has been silent for long.
    package var isSilent: Bool { silentLooks >= Self.patience }

    /// Looks at the level, 0...1; nil while nothing is meant to be heard.
    package mutating func look(at level: Double?) {
        guard let level, level < Self.threshold else {
            silentLooks = 0
            return
        }
        silentLooks = min(silentLooks + 1, Self.patience)
    }
}
