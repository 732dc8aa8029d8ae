/// Notices a microphone that hears nothing although it should: nobody else tells the person who speaks into it.
package nonisolated struct SilenceWatch: Hashable, Sendable {
    /// Less than one step of 16 bits, as an amplitude: an open microphone hears more in the quietest room, even behind the
    /// noise suppression.
    package static let threshold = 1.0 / 32768

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
