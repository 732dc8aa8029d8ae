import Logging
import Media
import RTC
import Synchronization
import Transport
import Wire

/// Offers, answers and candidates of a call.
extension MediaSession {
    /// Opens the sockets in advance, so that the description comes at once.
    package func prepare() async { _ = try? await openTransport() }

    /// A new offer, applied on this side. Also in mid-call, after `negotiationNeeded`.
    package func createOffer() async throws -> String {
        let transport = try await openTransport()
        let configuration = state.withLock { $0.configuration }
        openDevices()
        return try await transport.perform { peer, now in
            Self.applyDirections(of: configuration, to: peer, offering: true)
            return try peer.setLocalDescription(.offer, at: now)
        }
    }

    /// Takes the far side's offer and answers it. Also in mid-call.
    ///
    /// - Throws: `JSEPError` when the offer is malformed, has nothing in common with us, or lost against our own.
    package func createAnswer(to offer: String) async throws -> String {
        let transport = try await openTransport()
        let configuration = state.withLock { $0.configuration }
        let answer = try await transport.perform { peer, now in
            try peer.setRemoteDescription(.offer, offer, at: now)
            Self.applyDirections(of: configuration, to: peer, offering: false)
            do {
                return try peer.setLocalDescription(.answer, at: now)
            } catch {
                // The next offer must not find this one still open.
                try? peer.setRemoteDescription(.rollback, "", at: now)
                throw error
            }
        }
        openDevices()
        return answer
    }

    /// Takes the answer to our last offer.
    package func applyAnswer(_ answer: String) async throws {
        let transport = try await openTransport()
        try await transport.perform { peer, now in try peer.setRemoteDescription(.answer, answer, at: now) }
    }

    /// Takes our last offer back, if it has no answer yet: what was agreed before holds.
    package func withdrawOffer() async {
        guard let transport = state.withLock({ $0.transport }) else { return }
        transport.post { peer, now in peer.withdrawOffer(at: now) }
    }

    /// A candidate of the far side; one that cannot be used is left out and logged.
    package func addRemoteCandidate(
        _ candidate: String, mid: String?, mLineIndex: Int?, usernameFragment: String?
    ) async {
        guard let transport = try? await openTransport() else { return }
        let trickled = TrickledCandidate(
            candidate: candidate, mid: mid, mLineIndex: mLineIndex, usernameFragment: usernameFragment)
        do {
            try await transport.perform { peer, now in try peer.addICECandidate(trickled, at: now) }
        } catch {
            logger.info("a candidate of the far side is left out: \(error)")
        }
    }

    /// What each medium should do, as the stream says it; a medium that an offer does not have yet gets its section.
    private static func applyDirections(
        of configuration: MediaSessionConfiguration, to peer: PeerConnection, offering: Bool
    ) {
        for (kind, medium) in [(MediaKind.audio, MediaSet.audio), (.video, .video)] {
            let direction = TransceiverDirection(
                sends: configuration.outgoing.contains(medium), receives: configuration.incoming.contains(medium))
            let existing = peer.transceivers.filter { $0.kind == kind && !$0.isStopped }
            // The called side's wish counts where it is one, and not just what streams have unless somebody chose.
            if kind == .video, !offering, existing.first?.currentDirection == nil,
                configuration.video.codec != VideoSettings().codec
            {
                prefer(configuration.video.codec, on: peer)
            }
            for section in existing {
                // Ours goes through the first; what the far side sends besides is taken.
                let isFirst = section.index == existing.first?.index
                peer.setDirection(
                    TransceiverDirection(sends: direction.sends && isFirst, receives: direction.receives),
                    index: section.index)
            }
            if existing.isEmpty, offering, direction != .inactive {
                peer.addTransceiver(kind, direction: direction)
                prefer(configuration.video.codec, on: peer)
            }
        }
        if offering { peer.addDataSection() }
    }

    /// The codec comes first in the next offer or answer.
    static func prefer(_ codec: String, on peer: PeerConnection) {
        guard let codec = VideoCodec(rawValue: codec),
            let section = peer.transceivers.first(where: { $0.kind == .video && !$0.isStopped })
        else { return }
        peer.preferCodec(codec, index: section.index)
    }
}
