import Media
import RTC
import Transport

/// What one call sends, receives and shows; taken from its stream, and changed with it in mid-call.
package struct MediaSessionConfiguration: Sendable {
    package var outgoing: MediaSet
    package var incoming: MediaSet
    package var camera: CameraSource
    package var microphone: MicrophoneSource
    package var speaker: SpeakerSource
    /// 0 (silent) ... 2 (twice as loud).
    package var volume: Double
    package var video: VideoSettings
    package var audio: AudioSettings
    package var receivedVideo: VideoOutlet
    package var sentVideo: VideoOutlet
    package var certificate: DTLSCertificate
    /// Servers, and what of this host is told and used.
    package var network: NetworkConfiguration
    /// What keeps the call on the local networks; nil while it may go anywhere.
    package var boundary: LocalBoundary?
    /// Whether this side yields when both offer at once; the called side does.
    package var isPolite: Bool
    /// Whether loopback addresses are candidates: for a call with this very machine.
    package var usesLoopback: Bool
    /// What the call's datagrams suffer on purpose.
    package var emulation = NetworkEmulation.off

    package init(
        outgoing: MediaSet, incoming: MediaSet, camera: CameraSource, microphone: MicrophoneSource,
        speaker: SpeakerSource, volume: Double = 1, video: VideoSettings, audio: AudioSettings,
        receivedVideo: VideoOutlet, sentVideo: VideoOutlet, certificate: DTLSCertificate,
        network: NetworkConfiguration = NetworkConfiguration(),
        isPolite: Bool, usesLoopback: Bool = false
    ) {
        self.outgoing = outgoing
        self.incoming = incoming
        self.camera = camera
        self.microphone = microphone
        self.speaker = speaker
        self.volume = volume
        self.video = video
        self.audio = audio
        self.receivedVideo = receivedVideo
        self.sentVideo = sentVideo
        self.certificate = certificate
        self.network = network
        self.isPolite = isPolite
        self.usesLoopback = usesLoopback
    }
}

/// What a `MediaSession` tells its call. Delivered on the network thread, in order.
package enum MediaSessionEvent: Sendable {
    case localCandidate(TrickledCandidate)
    /// Of the credentials with this user name fragment.
    case endOfCandidates(usernameFragment: String?)
    case connectionStateChanged(PeerConnectionState)
    /// The first picture of the far side was decoded, or its first sound arrived where no picture is received.
    case firstRemoteFrame
    /// A device is missing (or, nil, back). The call goes on.
    case problem(MediaDevice.Kind, MediaProblem?)
    /// What is not sent because the network does not carry it; told when that changes.
    case suspended(MediaSet)
    /// A direction changed, or the way is lost: the call makes a new offer when it may.
    case negotiationNeeded
    case dataChannel(DataChannelEvent)
}
