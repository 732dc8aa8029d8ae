/// How good a call is, and what is wrong with it: for the mark on its pane.
package struct CallQuality: Hashable, Sendable {
    /// From nothing to complain of to nothing left.
    package enum Grade: Int, Hashable, Sendable, Comparable, CaseIterable {
        case poor, fair, good

        package static func < (left: Grade, right: Grade) -> Bool { left.rawValue < right.rawValue }

        /// For programs, and for the interface to translate.
        package var word: String {
            switch self {
            case .poor: translatable("poor")
            case .fair: translatable("fair")
            case .good: translatable("good")
            }
        }
    }

    /// What lowers the grade most.
    package enum Cause: Hashable, Sendable {
        /// Nothing arrives although it should.
        case silence
        case receivedLoss, sentLoss, delay, jitter, freezes, fewFrames

        /// One sentence for people, in English; the interface translates it.
        package var sentence: String {
            switch self {
            case .silence: translatable("Nothing arrives from the other side.")
            case .receivedLoss: translatable("Part of what the other side sends is lost on the way.")
            case .sentLoss: translatable("Part of what you send is lost on the way.")
            case .delay: translatable("The network takes long from one side to the other.")
            case .jitter: translatable("The network delivers unevenly, so that sound has to wait.")
            case .freezes: translatable("The picture stands still now and then.")
            case .fewFrames: translatable("Only few pictures arrive.")
            }
        }
    }

    package var grade: Grade
    /// The worst thing; nil when all is well.
    package var cause: Cause?

    package init(grade: Grade = .good, cause: Cause? = nil) {
        self.grade = grade
        self.cause = cause
    }

    /// What is judged: the last samples, long enough that one lost packet is no verdict.
    private static let window = 5

    /// Judges the end of a series, one sample a second.
    ///
    /// - Parameter expectsMedia: whether the far side should be sending something.
    package init(_ samples: [StatisticsSample], expectsMedia: Bool) {
        let recent = samples.suffix(Self.window)
        self.init()
        guard !recent.isEmpty else { return }
        let mean = { (value: (StatisticsSample) -> Double?) -> Double in
            let values = recent.compactMap(value)
            return values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
        }
        if expectsMedia, recent.count > 2, recent.suffix(3).allSatisfy({ $0.receivedBitrate == 0 }) {
            worsen(to: .poor, .silence)
        }
        // ITU-T G.114: up to 150 ms one way nobody notices, beyond 400 ms talking gets hard.
        judge(mean(\.roundTripTime), fair: 400, poor: 800, .delay)
        judge(mean(\.receivedLoss), fair: 0.03, poor: 0.10, .receivedLoss)
        judge(mean(\.sentLoss), fair: 0.03, poor: 0.10, .sentLoss)
        judge(mean(\.jitterBufferDelay), fair: 200, poor: 400, .jitter)
        judge(Double(recent.reduce(0) { $0 + $1.freezes }), fair: 1, poor: 3, .freezes)
        let rates = recent.compactMap(\.receivedFrameRate)
        if !rates.isEmpty, mean(\.receivedFrameRate) < 8, expectsMedia { worsen(to: .fair, .fewFrames) }
    }

    private mutating func judge(_ value: Double, fair: Double, poor: Double, _ cause: Cause) {
        if value >= poor { worsen(to: .poor, cause) } else if value >= fair { worsen(to: .fair, cause) }
    }

    private mutating func worsen(to grade: Grade, _ cause: Cause) {
        guard grade < self.grade else { return }
        self.grade = grade
        self.cause = cause
    }
}
