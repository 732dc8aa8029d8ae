import Logging
import Media
import RTC

/// The far side of a stream's call with itself: a second media session in this process that sends the stream's own
/// picture and sound back, over the loopback network; the test pattern and tone where the stream has no device.
@MainActor final class EchoPartner {
    /// The caller's end.
    let carrier: LocalCarrier
    private let end: LocalCarrier
    private let makeMedia: CallMediaMaker
    private let logger: Logger
    private let onClosing: (@escaping @MainActor () async -> Void) -> Void
    private var configuration: MediaSessionConfiguration
    private var media: (any CallMedia)?
    private var mediaEvents: Task<Void, Never>?
    private var operations: Task<Void, Never>?
    private var isAnswered = false
    private var waiting: [TrickledCandidate] = []

    init(
        stream: Stream, certificate: DTLSCertificate, makeMedia: @escaping CallMediaMaker, logger: Logger,
        onClosing: @escaping (@escaping @MainActor () async -> Void) -> Void
    ) {
        self.makeMedia = makeMedia
        self.logger = logger
        self.onClosing = onClosing
        (carrier, end) = LocalCarrier.pair()
        // What it receives is nobody's to see or hear: its work is that it arrives.
        configuration = MediaSessionConfiguration(
            outgoing: .all, incoming: .all, camera: .none, microphone: .none, speaker: .none, video: stream.video,
            audio: stream.audio, receivedVideo: VideoOutlet(), sentVideo: VideoOutlet(), certificate: certificate,
            isPolite: true, usesLoopback: true)
        follow(stream)
        end.onEvent = { [weak self] event in self?.receive(event) }
    }

    private func follow(_ stream: Stream) {
        configuration.camera = stream.camera == .none ? .testPattern : stream.camera
        configuration.microphone = stream.microphone == .none ? .testTone : stream.microphone
        configuration.video = stream.video
        configuration.audio = stream.audio
    }

    /// The stream has changed a device or a quality.
    func update(from stream: Stream) {
        follow(stream)
        apply()
    }

    private func apply() {
        enqueue { [weak self] in
            guard let self else { return }
            await media?.update(configuration)
        }
    }

    func close() {
        end.close()
        guard let media else { return }
        self.media = nil
        onClosing { [mediaEvents] in
            await media.close()
            mediaEvents?.cancel()
        }
    }

    private func enqueue(_ operation: @escaping @MainActor () async -> Void) {
        let earlier = operations
        operations = Task {
            await earlier?.value
            await operation()
        }
    }

    private func receive(_ event: CarrierEvent) {
        guard case .message(let message) = event else { return close() }
        switch message {
        case .videoOffer(_, let sdp): answer(sdp)
        case .videoAnswer(_, let sdp): enqueue { [weak self] in try? await self?.media?.applyAnswer(sdp) }
        case .newICECandidate(let candidate):
            enqueue { [weak self] in
                await self?.media?.addRemoteCandidate(
                    candidate.candidate, mid: candidate.mid, mLineIndex: candidate.mLineIndex,
                    usernameFragment: candidate.usernameFragment)
            }
        case .hangUp: close()
        case .ringing, .reject, .stream, .presenceRequest, .presence, .delivery, .unknown: break
        }
    }

    private func answer(_ offer: String) {
        enqueue { [weak self] in
            guard let self else { return }
            do {
                let answer = try await openMedia().createAnswer(to: offer)
                end.send(.videoAnswer(name: "", sdp: answer))
                isAnswered = true
                for candidate in waiting { end.send(.newICECandidate(candidate)) }
                waiting = []
            } catch {
                logger.warning("the test call cannot be answered", metadata: ["reason": "\(error)"])
                end.send(.reject(.incompatible))
            }
        }
    }

    private func openMedia() -> any CallMedia {
        if let media { return media }
        let (events, continuation) = AsyncStream.makeStream(of: MediaSessionEvent.self)
        let media = makeMedia(configuration) { event in continuation.yield(event) }
        self.media = media
        mediaEvents = Task { [weak self] in
            for await event in events { self?.receive(event) }
        }
        return media
    }

    private func receive(_ event: MediaSessionEvent) {
        switch event {
        case .localCandidate(let candidate):
            if isAnswered { end.send(.newICECandidate(candidate)) } else { waiting.append(candidate) }
        case .problem(let kind, .some): substitute(kind)
        case .endOfCandidates, .connectionStateChanged, .firstRemoteFrame, .problem, .negotiationNeeded,
            .suspended, .dataChannel:
            break
        }
    }

    /// A device that is not there leaves something to see and hear all the same.
    private func substitute(_ kind: MediaDevice.Kind) {
        switch kind {
        case .camera: configuration.camera = .testPattern
        case .microphone: configuration.microphone = .testTone
        // What it receives is nobody's to hear.
        case .speaker: return
        }
        apply()
    }
}
