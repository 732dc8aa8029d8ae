import Logging
import Media
import NIOCore
import RTC
import Sockets
import Synchronization
import Transport
import Wire

/// One call's media: devices and codecs on one side, the peer connection on the other.
///
/// Every function may be called from any thread. Frames never wait here: they go from the media threads to the network
/// thread and back, one hop a frame.
package final class MediaSession: Sendable {
    /// What changes in the course of a call. Held for moments only, never while calling out.
    struct State {
        var configuration: MediaSessionConfiguration
        var transport: PeerTransport?
        var interfaces: InterfaceObservation?
        var media: [NegotiatedMedia] = []
        var videoSending: VideoSending?
        var preview: VideoPreview?
        var audioSending: AudioSending?
        var videoReceiving: VideoReceiving?
        var audioReceiving: AudioReceiving?
        var audioSource: ReceivedAudioSource?
        var stoppedSending: MediaSet = []
        var stoppedReceiving: MediaSet = []
        var isConnected = false
        var isWayLost = false
        var sawRemoteMedia = false
        var isClosed = false
        var videoBitrate: EncoderBitrate
        var sound = SoundAdaptation()
        /// The network carries no pictures.
        var isVideoSuspended = false
        /// What carries files, by channel.
        var fileInboxes: [Int: FileInbox] = [:]

        init(configuration: MediaSessionConfiguration) {
            self.configuration = configuration
            videoBitrate = EncoderBitrate(
                floor: configuration.video.minimumBitrate, ceiling: configuration.video.bitrate)
        }

        /// The section whose media is shown or heard: of several that the far side sends, the first.
        func receivingSection(_ kind: MediaKind) -> String? {
            media.first { $0.kind == kind && $0.direction.receives }?.mid
        }

        /// Both sides speak this codec, and it is not the one that is sent now.
        func canSend(_ codec: String) -> Bool {
            let codecs = media.first { $0.kind == .video }?.codecs ?? []
            return codecs.dropFirst().contains { $0.name == codec }
        }

        /// The stream's settings, with the codec that both sides have agreed on.
        var sentVideoSettings: VideoSettings {
            var settings = configuration.video
            let agreed = media.first { $0.kind == .video && $0.direction.sends }?.sentVideoCodec
            settings.codec = agreed?.rawValue ?? settings.codec
            return settings
        }

        /// There is a camera, and it is on: pictures have use for what sound leaves.
        var hasPictures: Bool { configuration.camera != .none && !stoppedSending.contains(.video) }

        /// The stream's settings, as thrifty as the network wants it.
        var sentAudioSettings: AudioSettings { sound.adapted(configuration.audio) }
    }

    let engine: MediaEngine
    let eventLoopGroup: any EventLoopGroup
    let interfaces: any InterfaceSource
    let logger: Logger
    let onEvent: @Sendable (MediaSessionEvent) -> Void
    let state: Mutex<State>

    /// Opens nothing yet: devices and sockets open with the first description.
    package init(
        engine: MediaEngine, eventLoopGroup: any EventLoopGroup, interfaces: any InterfaceSource,
        configuration: MediaSessionConfiguration, logger: Logger,
        onEvent: @escaping @Sendable (MediaSessionEvent) -> Void
    ) {
        self.engine = engine
        self.eventLoopGroup = eventLoopGroup
        self.interfaces = interfaces
        self.logger = logger
        self.onEvent = onEvent
        state = Mutex(State(configuration: configuration))
    }

    /// Sockets first, so that the description carries candidates; devices warm up meanwhile.
    func openTransport() async throws -> PeerTransport {
        if let transport = state.withLock({ $0.transport }) { return transport }
        let configuration = state.withLock { $0.configuration }
        let network = configuration.network
        var peer = PeerConnectionConfiguration(
            certificate: configuration.certificate, isPolite: configuration.isPolite,
            ntpAtZero: MonotonicClock.ntpAtZero)
        await peer.use(network)
        let addresses = try interfaces.addresses(
            withLoopback: configuration.usesLoopback, allowed: network.allowedInterfaces)
        // Each address takes a socket, and that a second descriptor.
        try DescriptorReserve.expectRoom(for: 2 * addresses.count)
        let transport = try await PeerTransport.open(
            configuration: peer, addresses: addresses,
            options: TransportOptions(network, boundary: configuration.boundary),
            on: eventLoopGroup.next(), logger: logger, onEvent: { [weak self] event in self?.handle(event) })
        let (isClosed, emulation) = state.withLock { state in
            state.transport = transport
            return (state.isClosed, state.configuration.emulation)
        }
        transport.emulate(emulation)
        if isClosed {
            await transport.close()
            throw CancellationError()
        }
        followInterfaces()
        return transport
    }

    /// Ends the media at once; the far side is told. Later calls do nothing.
    package func close() async {
        let old = state.withLock { state in
            defer {
                state.interfaces = nil
                state.videoSending = nil
                state.preview = nil
                state.audioSending = nil
                state.videoReceiving = nil
                state.audioReceiving = nil
                state.isClosed = true
            }
            return (
                state.transport, state.videoSending, state.preview, state.audioSending, state.videoReceiving,
                state.audioReceiving, state.configuration
            )
        }
        old.1?.close()
        old.2?.close()
        old.3?.close()
        old.4?.close()
        old.5?.close()
        old.6.receivedVideo.show(nil)
        old.6.sentVideo.show(nil)
        await old.0?.close()
    }
}
