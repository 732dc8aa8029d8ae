/// Goes on with a sound when the next piece of it is missing: the last period of a voice again and again, noise where
/// there is no voice, both giving way within 150 ms to the background noise of the place (after NetEq's `expand.cc`). The
/// decoder is not touched: when the missing piece is only late, it goes on where it was.
struct SoundExpansion {
    /// Periods looked for: 2.5 ms (400 Hz) ... 15 ms (67 Hz).
    private static let lags = 120...720
    private static let window = 480
    /// As loud as before for so long, then less and less.
    private static let holdCount = 960
    private static let fadeCount = 6240

    /// One period, its end made to join its beginning.
    private var period: [Float]
    private var lag = 0
    private var voicing: Float = 0
    private var position = 0
    /// What the first sample would jump by, taken back over `deClickCount` samples.
    private var jump: Float = 0
    private static let deClickCount = 48
    private var unvoiced = NoiseModel()
    private var background = NoiseModel()
    /// Mean square of the quietest sound of late.
    private var backgroundEnergy: Float?
    /// Samples made since `begin`; 0 when it is not at work.
    private(set) var producedCount = 0
    private(set) var isRunning = false

    init() { period = Array(repeating: 0, count: Self.lags.upperBound) }

    /// Listens to sound that really came: the last 20 ms before `end`.
    mutating func listen(before end: UnsafePointer<Int16>) {
        let energy = PitchSearch.energy(end - 960, count: 960)
        // What is quiet is background; the mark rises slowly, so that a louder place is noticed.
        let mark = backgroundEnergy.map { $0 * 1.005 + 1 } ?? energy
        backgroundEnergy = min(mark, energy)
        if energy <= mark { background.learn(before: end) }
    }

    /// Takes what was played up to `end` as the sound to go on with.
    mutating func begin(after end: UnsafePointer<Int16>) {
        isRunning = true
        producedCount = 0
        position = 0
        let match = PitchSearch.match(end - Self.window, window: Self.window, lags: Self.lags, direction: -1)
        lag = match.lag
        voicing = min(max((match.likeness - 0.3) / 0.4, 0), 1)
        unvoiced.learn(before: end)
        unvoiced.restart()
        background.restart()
        let fade = lag / 4
        for index in 0..<lag {
            var value = Float(end[index - lag])
            let rest = index - (lag - fade)
            if rest >= 0 {
                let weight = Float(rest + 1) / Float(fade + 1)
                value += (Float(end[index - 2 * lag]) - value) * weight
            }
            period[index] = value
        }
        jump = Float(end[-1]) - Float(end[-1 - lag])
    }

    mutating func end() { isRunning = false }

    /// The next samples.
    mutating func fill(_ target: UnsafeMutablePointer<Int16>, count: Int) {
        let unvoicedShare = (1 - voicing * voicing).squareRoot()
        for index in 0..<count {
            let made = producedCount + index
            let gain = 1 - min(max(Float(made - Self.holdCount) / Float(Self.fadeCount), 0), 1)
            var value: Float = 0
            if gain > 0 {
                var voice = period[position]
                if made < Self.deClickCount {
                    voice += jump * Float(Self.deClickCount - made) / Float(Self.deClickCount)
                }
                value = gain * (voicing * voice + unvoicedShare * unvoiced.next())
                position = position + 1 < lag ? position + 1 : 0
            }
            if gain < 1 { value += (1 - gain) * background.next() }
            target[index] = Int16(min(max(value, -32_768), 32_767))
        }
        producedCount += count
    }
}
