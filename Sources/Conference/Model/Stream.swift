import Media
import Observation
import RTC

/// One two-way audio/video link with one correspondent, and everything that can be said of it.
@MainActor @Observable package final class Stream: Identifiable {
    package nonisolated let id: String
    /// Unique among the streams of this instance; `main` for the first one.
    package var name: String
    /// Shown to the person called. Up to 128 characters; what must not travel is left out on the way.
    package var identifier: String
    /// `host`, `host:port` or `[v6]:port`. Assigning anything but the empty text calls it.
    package var address: String {
        get { lastAddress }
        set { if newValue.isEmpty { lastAddress = "" } else { connect(to: newValue) } }
    }
    /// What is sent. A change in mid-call renegotiates.
    package var outgoing: MediaSet = .all { didSet { mediaChanged(oldValue != outgoing) } }
    /// What is received. A change in mid-call renegotiates.
    package var incoming: MediaSet = .all { didSet { mediaChanged(oldValue != incoming) } }
    /// Whether the stream listens for calls.
    package var detection: Bool { didSet { conference?.detectionChanged() } }
    /// The longest connection attempt, seconds, 1...300.
    package var timeout = 20 {
        didSet {
            let clamped = min(max(timeout, 1), 300)
            if timeout != clamped { timeout = clamped }
        }
    }
    package var camera: CameraSource {
        didSet {
            if case .device(let identifier) = camera { conference?.chose(identifier, of: .camera) }
            mediaChanged(oldValue != camera)
        }
    }
    package var microphone: MicrophoneSource {
        didSet {
            if case .device(let identifier) = microphone { conference?.chose(identifier, of: .microphone) }
            mediaChanged(oldValue != microphone)
        }
    }
    /// Choosing the same one again means something, too: the sound may be heard there although a headset is gone.
    package var speaker: SpeakerSource {
        didSet {
            if case .device(let identifier) = speaker { conference?.chose(identifier, of: .speaker) }
            if oldValue == speaker { call?.speakerChosenAgain() } else { mediaChanged(true) }
        }
    }
    /// 0 (silent) ... 2 (twice as loud).
    package var volume = 1.0 {
        didSet {
            let clamped = volume.isNaN ? oldValue : min(max(volume, 0), 2)
            if volume != clamped { volume = clamped }
            mediaChanged(oldValue != volume)
        }
    }
    package var video = VideoSettings() { didSet { mediaChanged(oldValue != video) } }
    package var audio = AudioSettings() { didSet { mediaChanged(oldValue != audio) } }
    /// What the network of the stream's calls suffers on purpose. Not kept.
    package var emulation = NetworkEmulation.off {
        didSet {
            emulationEnd?.cancel()
            mediaChanged(oldValue != emulation)
        }
    }

    package internal(set) var state: StreamState = .idle
    package internal(set) var remoteIdentifier: String?
    package internal(set) var remoteAddress: String?
    /// What the far side has paused: muted, camera off.
    package internal(set) var remoteStopped: MediaSet = []
    /// What is not sent for now because the network does not carry it beside the rest, here and at the far side.
    package internal(set) var suspended: MediaSet = []
    package internal(set) var remoteSuspended: MediaSet = []
    /// Whether the far side has put the call on hold.
    package internal(set) var isHeldByRemote = false
    /// What the far side sends at all.
    package internal(set) var remoteOutgoing: MediaSet = .all
    /// Which devices are missing here although they are asked for, and why. The call goes on without them.
    package internal(set) var problems: [MediaDevice.Kind: MediaProblem] = [:]
    /// What we have paused, each way.
    package internal(set) var stopped: (sent: MediaSet, received: MediaSet) = ([], [])
    /// Whether we have put the call on hold: nothing is sent or heard, whatever `stopped` says.
    package internal(set) var isOnHold = false

    /// What is paused now, by `stop` and by a hold.
    var paused: (sent: MediaSet, received: MediaSet) { isOnHold ? (.all, .all) : stopped }
    /// Who the far side of the call proved to be.
    package internal(set) var remoteIdentity: RemoteIdentity?
    /// Why the last call ended with `identityChanged`; see `Conference.trust(_:)`.
    package internal(set) var refusedIdentity: RefusedIdentity?
    /// The contact that the call is with, by its id; a caller's only when the key says so.
    var contactID: String?
    /// The contact that the call is with, or that the last one was.
    package var contact: Contact? { contactID.flatMap { conference?.contacts[$0] } }
    /// What both people can read to each other: the same digits on both sides, unless somebody sits in between. Nil
    /// before both sides have named their keys.
    package internal(set) var verification: ShortAuthenticationString?
    /// Whether the far side has the key that the user has verified with this contact.
    package var isVerified: Bool {
        guard let contact, contact.isVerified else { return false }
        return contact.fingerprint == remoteIdentity?.fingerprint
    }
    /// ms; nil until the call's first remote picture.
    package internal(set) var setupTime: Double?
    /// The running call's last three minutes, or the last call's, one a second.
    package internal(set) var samples: [StatisticsSample] = []
    /// How good the running call is; nil without one.
    package internal(set) var quality: CallQuality?
    /// Whether the call under way is the stream's own test call.
    package internal(set) var isTestCall = false

    package nonisolated let receivedVideo = VideoOutlet()
    package nonisolated let sentVideo = VideoOutlet()

    /// The address called last, or now.
    var lastAddress = ""
    @ObservationIgnored weak var conference: Conference?
    @ObservationIgnored var call: Call?
    @ObservationIgnored var lastReport: [StatisticsRecord] = []
    /// Ends an emulation that has an end.
    @ObservationIgnored var emulationEnd: Task<Void, Never>?

    package init(
        id: String, name: String, identifier: String, detection: Bool, camera: CameraSource = .systemDefault,
        microphone: MicrophoneSource = .systemDefault, speaker: SpeakerSource = .systemDefault
    ) {
        self.id = id
        self.name = name
        self.identifier = identifier
        self.detection = detection
        self.camera = camera
        self.microphone = microphone
        self.speaker = speaker
    }

    /// 0...1, for a meter.
    package var microphoneLevel: Double { call?.media?.microphoneLevel ?? 0 }
    /// 0...1, for a meter.
    package var speakerLevel: Double { call?.media?.speakerLevel ?? 0 }

    private func mediaChanged(_ really: Bool) {
        if really { call?.mediaPropertiesChanged() }
    }
}
