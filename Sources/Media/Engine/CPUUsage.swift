import Synchronization

/// CPU time of each stage, summed over all threads of the engine.
package final class CPUUsage: Sendable {
    /// Where the time goes.
    package enum Stage: Int, CaseIterable, Sendable {
        case capture, encode, decode, sound
    }

    private let capture = Atomic<Int64>(0)
    private let encode = Atomic<Int64>(0)
    private let decode = Atomic<Int64>(0)
    private let sound = Atomic<Int64>(0)

    init() {}

    func add(_ microseconds: Int64, to stage: Stage) {
        switch stage {
        case .capture: capture.add(microseconds, ordering: .relaxed)
        case .encode: encode.add(microseconds, ordering: .relaxed)
        case .decode: decode.add(microseconds, ordering: .relaxed)
        case .sound: sound.add(microseconds, ordering: .relaxed)
        }
    }

    /// Seconds since the engine started.
    package func seconds(of stage: Stage) -> Double {
        let microseconds =
            switch stage {
            case .capture: capture.load(ordering: .relaxed)
            case .encode: encode.load(ordering: .relaxed)
            case .decode: decode.load(ordering: .relaxed)
            case .sound: sound.load(ordering: .relaxed)
            }
        return Double(microseconds) / 1_000_000
    }
}
