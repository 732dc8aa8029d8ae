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
    init(_ engine: MediaEngine, _ source: MicrophoneSource) {
        let settings = AudioSettings(
            echoCancellation: false, noiseSuppression: false, gainControl: false, musicMode: true)
        let audio = engine.sendAudio(
            from: source, settings: settings,
            onFrame: { [weak self] packet in self?.state.withLock { $0.packets.append(packet) } },
            onProblem: { [weak self] problem in self?.state.withLock { $0.problems.append(problem) } })
        sending.withLock { $0 = audio }
    }

    var problems: [MediaProblem?] { state.withLock { $0.problems } }
    var packetCount: Int { state.withLock { $0.packets.count } }
    var times: [Int64] { state.withLock { $0.packets.map(\.captureTime) } }
    func close() { sending.withLock { $0 }?.close() }
    func change(to source: MicrophoneSource) { sending.withLock { $0 }?.change(to: source) }

    /// The loudest tone of the next second; 0 for silence, and when nothing comes.
    func hears() async throws -> Double {
        state.withLock { $0.packets = [] }
        try await eventually("a second of sound") { packetCount >= 60 }
        guard let decoder = try? OpusDecoding() else { return 0 }
        let target = UnsafeMutableBufferPointer<Int16>.allocate(capacity: OpusDecoding.longestPacket)
        defer { target.deallocate() }
        var samples: [Int16] = []
        for packet in state.withLock({ $0.packets }) {
            let count = packet.bytes.withUnsafeBytes { decoder.decode($0, into: target) }
            samples += target[..<count]
        }
        // Without the codec's first moments.
        let tail = Array(samples.dropFirst(9_600))
        return tail.contains { abs($0) > 500 } ? loudestTone(in: tail) : 0
    }
}

/// A far side that sends one tone for ever.
final class ToneSource: AudioPacketSource, @unchecked Sendable {
    // Unchecked: the packets' memory never changes.

    private let packets: [UnsafeRawBufferPointer]
    private let next = Atomic<Int>(0)

    init(hertz: Int) throws {
        let encoder = try OpusEncoding(settings: AudioSettings(musicMode: true))
        packets = (0..<50).compactMap { packet in
            let samples = (0..<960).map { index in
                Int16(6_000 * sin(2 * Double.pi * Double(hertz) * Double(packet * 960 + index) / 48_000))
            }
            return samples.withUnsafeBufferPointer { encoder.encode($0) }.map { encoded in
                let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: encoded.count, alignment: 1)
                copy.copyBytes(from: Array(encoded))
                return UnsafeRawBufferPointer(copy)
            }
        }
    }

    deinit { for packet in packets { packet.deallocate() } }

    /// How often somebody wanted sound.
    var pulls: Int { next.load(ordering: .relaxed) }

    func next(at microseconds: Int64) -> AudioPull {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return AudioPull(action: .decode(packets[index % packets.count]), stretch: .none)
    }
}

/// A stream that plays a tone of the far side, and what it is told of its speaker.
final class Speaker: Sendable {
    private let told: ToldProblems
    let receiving: AudioReceiving
    let source: ToneSource

    init(_ engine: MediaEngine, _ speaker: SpeakerSource, hertz: Int = 660) throws {
        let told = ToldProblems()
        source = try ToneSource(hertz: hertz)
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
