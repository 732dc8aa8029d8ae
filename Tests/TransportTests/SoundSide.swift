import Logging
import NIOCore
import NIOPosix
import RTC
import Synchronization
import Testing
import Wire

@testable import Transport

/// One side of a call with sound: what it has heard and told.
final class SoundSide: Sendable {
    let packets = Atomic<Int>(0)
    let states = Mutex<[PeerConnectionState]>([])
    let candidates = Mutex<[TrickledCandidate]>([])
    let lastHeard = Mutex<(at: Instant, longestGap: Duration)?>(nil)

    func heard() {
        packets.add(1, ordering: .relaxed)
        let now = MonotonicClock.now
        lastHeard.withLock { last in
            last = (now, max(last?.longestGap ?? .zero, last.map { now - $0.at } ?? .zero))
        }
    }

    func open(
        on loop: any EventLoop, addresses: [IPAddress], isPolite: Bool,
        options: TransportOptions = TransportOptions()
    ) async throws -> PeerTransport {
        let certificate = try DTLSCertificate.generate(
            commonName: "test", secondsSince1970: MonotonicClock.secondsSince1970)
        return try await PeerTransport.open(
            configuration: PeerConnectionConfiguration(
                certificate: certificate, isPolite: isPolite, ntpAtZero: MonotonicClock.ntpAtZero),
            addresses: addresses, options: options, on: loop, logger: Logger(label: "test"),
            onEvent: { [self] event in
                switch event {
                case .connectionStateChanged(let state): states.withLock { $0.append(state) }
                case .localCandidate(let candidate): candidates.withLock { $0.append(candidate) }
                case .audio: heard()
                default: break
                }
            })
    }
}

extension PeerTransport {
    /// Calls another one, with sound both ways.
    func call(_ second: PeerTransport) async throws {
        let offer = try await perform { peer, now in
            peer.addTransceiver(.audio, direction: .sendrecv)
            return try peer.setLocalDescription(.offer, at: now)
        }
        let answer = try await second.perform { peer, now in
            try peer.setRemoteDescription(.offer, offer, at: now)
            for transceiver in peer.transceivers { peer.setDirection(.sendrecv, index: transceiver.index) }
            return try peer.setLocalDescription(.answer, at: now)
        }
        try await perform { peer, now in try peer.setRemoteDescription(.answer, answer, at: now) }
    }

    /// A piece of sound every 20 ms from each, until cancelled.
    static func speak(_ transports: PeerTransport...) -> Task<Void, Never> {
        Task {
            while (try? await Task.sleep(for: .milliseconds(20))) != nil {
                for transport in transports {
                    transport.post { peer, now in
                        peer.sendAudio(
                            mid: "0", payload: [1, 2, 3], sampleCount: 960, captureTime: now, level: 10,
                            voiceActivity: true, at: now)
                    }
                }
            }
        }
    }
}
