import Devices
import Foundation
import Logging
import Synchronization

@testable import Media

/// What an engine sends from a microphone, as the far side hears it.
final class Listener: Sendable {
    private struct State {
        var packets: [EncodedAudio] = []
        var problems: [MediaProblem?] = []
    }

    private let state = Mutex(State())
    private let sending = Mutex<AudioSending?>(nil)

    /// As little processing as possible: a tone is no speech.
    static let untreated = AudioSettings(
        echoCancellation: false, noiseSuppression: false, gainControl: false, musicMode: true)

    init(_ engine: MediaEngine, _ source: MicrophoneSource, settings: AudioSettings = untreated) {
        let audio = engine.sendAudio(
            from: source, settings: settings,
            onFrame: { [weak self] packet in self?.state.withLock { $0.packets.append(packet) } },
            onProblem: { [weak self] problem in self?.state.withLock { $0.problems.append(problem) } })
        sending.withLock { $0 = audio }
    }

    var echo: EchoFigures? { sending.withLock { $0 }?.echo }
    var problems: [MediaProblem?] { state.withLock { $0.problems } }
    var packetCount: Int { state.withLock { $0.packets.count } }
    var times: [Int64] { state.withLock { $0.packets.map(\.captureTime) } }
    func close() { sending.withLock { $0 }?.close() }
    func change(to source: MicrophoneSource) { sending.withLock { $0 }?.change(to: source) }

    /// The loudest tone of the next second; 0 for silence, and when nothing comes.
    func hears() async throws -> Double {
        // Without the codec's first moments.
        let tail = try await nextSamples().dropFirst(9_600)
        return tail.contains { abs($0) > 500 } ? loudestTone(in: Array(tail)) : 0
    }

    /// A second and more, from now.
    func nextSamples() async throws -> [Int16] {
        state.withLock { $0.packets = [] }
        try await eventually("a second of sound") { packetCount >= 60 }
        guard let decoder = try? OpusDecoding() else { return [] }
        let target = UnsafeMutableBufferPointer<Int16>.allocate(capacity: OpusDecoding.longestPacket)
        defer { target.deallocate() }
        var samples: [Int16] = []
        for packet in state.withLock({ $0.packets }) {
            let count = packet.bytes.withUnsafeBytes { decoder.decode($0, into: target) }
            samples += target[..<count]
        }
        return samples
    }
}

/// A far side that sends one tone, or the same sound again and again, for ever.
final class ToneSource: AudioPacketSource, @unchecked Sendable {
    // Unchecked: the packets' memory never changes.

    private let packets: [UnsafeRawBufferPointer]
    private let next = Atomic<Int>(0)

    convenience init(hertz: Int) throws {
        try self.init(
            samples: (0..<48_000).map { Int16(6_000 * sin(2 * Double.pi * Double(hertz) * Double($0) / 48_000)) })
    }

    init(samples: [Int16]) throws {
        let encoder = try OpusEncoding(settings: AudioSettings(musicMode: true))
        packets = (0..<samples.count / 960).compactMap { packet in
            let frame = samples[(packet * 960)..<((packet + 1) * 960)]
            return frame.withUnsafeBufferPointer { encoder.encode($0) }.map { encoded in
                let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: encoded.count, alignment: 1)
                copy.copyBytes(from: Array(encoded))
                return UnsafeRawBufferPointer(copy)
            }
        }
    }

    deinit { for packet in packets { packet.deallocate() } }

    /// How often somebody wanted sound.
    var pulls: Int { next.load(ordering: .relaxed) }

    func next(at microseconds: Int64, wanted: Int) -> AudioPull {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return AudioPull(action: .decode(packets[index % packets.count]), stretch: .none)
    }
}

/// A stream that plays a tone of the far side, and what it is told of its speaker.
final class Speaker: Sendable {
    private let told: ToldProblems
    let receiving: AudioReceiving
    let source: ToneSource

    convenience init(_ engine: MediaEngine, _ speaker: SpeakerSource, hertz: Int = 660) throws {
        self.init(engine, speaker, playing: try ToneSource(hertz: hertz))
    }

    init(_ engine: MediaEngine, _ speaker: SpeakerSource, playing source: ToneSource) {
        let told = ToldProblems()
        self.source = source
        receiving = engine.receiveAudio(to: speaker, packets: source, onProblem: { told.add($0) })
        self.told = told
    }

    var problems: [MediaProblem?] { told.all }
    func change(to speaker: SpeakerSource) { receiving.change(to: speaker) }
    func close() { receiving.close() }
}

final class ToldProblems: Sendable {
    private let list = Mutex<[MediaProblem?]>([])

    var all: [MediaProblem?] { list.withLock { $0 } }
    func add(_ problem: MediaProblem?) { list.withLock { $0.append(problem) } }
}
