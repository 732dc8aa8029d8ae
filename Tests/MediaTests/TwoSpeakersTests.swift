import Foundation
import Testing

@testable import Media

/// Two speakers that play different calls in one room, 30 and 90 ms away, each with walls of its own.
private struct TwoSpeakers {
    let first: [Int16]
    let second: [Int16]
    private static let near: [(delay: Int, gain: Double)] = [(0, 0.35), (731, 0.15), (2_113, 0.08)]
    private static let far: [(delay: Int, gain: Double)] = [(0, 0.2), (1_190, -0.17), (1_733, 0.1)]

    init(_ speech: [Int16]) {
        first = speech
        second = speech.indices.map { speech[($0 + 7 * 48_000) % speech.count] }
    }

    func echo(at index: Int, ofFirst: Bool = true, ofSecond: Bool = true) -> Double {
        var sum = 0.0
        for way in ofFirst ? Self.near : [] {
            let source = index - 1_440 - way.delay
            if source >= 0 { sum += way.gain * Double(first[source]) }
        }
        for way in ofSecond ? Self.far : [] {
            let source = index - 4_320 - way.delay
            if source >= 0 { sum += way.gain * Double(second[source]) }
        }
        return sum
    }
}

@Suite("Echo of two speakers") struct TwoSpeakersTests {
    private static let room = TwoSpeakers(SpeechSignal(seconds: 20).samples)

    enum Way: String, CaseIterable {
        case oneAlone, otherAlone, sumOfBoth, oneAfterTheOther, byTurns, byTurnsOneAfterTheOther
    }

    /// dB taken away in the last 8 of 20 s, and the time that took.
    private func reduction(_ way: Way) throws -> (decibels: Double, cost: Double) {
        let treatment = try #require(AudioTreatment(AudioSettings(noiseSuppression: false, gainControl: false)))
        let processors = try (0..<(way == .oneAfterTheOther || way == .byTurnsOneAfterTheOther ? 2 : 1)).map { _ in
            try #require(AudioProcessor())
        }
        for processor in processors { processor.configure(treatment) }
        let room = Self.room
        var (before, after): ([Double], [Double]) = ([], [])
        let began = MediaClock.threadCPU
        for chunk in 0..<2_000 {
            let range = (chunk * 480)..<((chunk + 1) * 480)
            let turn = way != .byTurns && way != .byTurnsOneAfterTheOther ? nil : (chunk / 200).isMultiple(of: 2)
            let (usesFirst, usesSecond) = (way != .otherAlone && turn != false, way != .oneAlone && turn != true)
            // As `EchoReference` does: what leaves the second speaker together with the first one's.
            let first = range.map { usesFirst ? room.first[$0] : 0 }
            let second = range.map { usesSecond && $0 >= 2_880 ? room.second[$0 - 2_880] : 0 }
            let references: [[Int16]] =
                way == .oneAfterTheOther || way == .byTurnsOneAfterTheOther
                ? [first, second] : [zip(first, second).map { Int16(clamping: Int($0) + Int($1)) }]
            for (processor, reference) in zip(processors, references) {
                reference.withUnsafeBufferPointer { if let base = $0.baseAddress { processor.reverse(base) } }
            }
            var samples = range.map {
                Int16(clamping: Int(room.echo(at: $0, ofFirst: usesFirst, ofSecond: usesSecond)))
            }
            before += samples.map { Double($0) }
            for processor in processors {
                samples.withUnsafeMutableBufferPointer {
                    if let base = $0.baseAddress { processor.process(base, delayMilliseconds: 30) }
                }
            }
            after += samples.map { Double($0) }
        }
        let cost = Double(MediaClock.threadCPU - began) / 20_000
        return (EchoTests.level(before.suffix(8 * 48_000)) - EchoTests.level(after.suffix(8 * 48_000)), cost)
    }

    @Test("figures") func figures() throws {
        for way in Way.allCases {
            let (decibels, cost) = try reduction(way)
            print("two speakers: \(way.rawValue): \(decibels) dB, \(cost) ms a second")
        }
    }
}
