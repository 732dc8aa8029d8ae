import Media

/// What an instance is started with: what the command line says, before what is saved.
package struct ConferenceOptions: Sendable {
    /// The TCP port that calls arrive on; 0 for any free one.
    package static let defaultPort = 29172
    /// Where `causerie-server` listens unless told otherwise.
    package static let defaultServerPort = 29173

    package var port: Int
    /// For every stream of this run; nil leaves each stream its own. Not saved.
    package var camera: CameraSource?
    package var microphone: MicrophoneSource?
    package var speaker: SpeakerSource?
    /// Whether every call that finds a free stream is answered at once.
    package var autoAccept: Bool
    /// Where passwords are kept rather than in a file; nil for the file.
    package var passwords: (any PasswordKeeping)?
    /// What new streams start with.
    package var defaults: StreamDefaults
    /// Where the profile's files are; nil for the profile's place by the XDG base directory specification.
    package var folders: ProfileFolders?
    /// How people are found on the network, and find this instance; nil for not at all.
    package var discovery: DiscoveryOptions?
    package var timing: SignalingTiming
    /// A PEM file of the authorities whose word counts for servers, in place of the system's.
    package var serverAuthorities: String?

    package init(
        port: Int = defaultPort, camera: CameraSource? = nil, microphone: MicrophoneSource? = nil,
        speaker: SpeakerSource? = nil, autoAccept: Bool = false, passwords: (any PasswordKeeping)? = nil,
        defaults: StreamDefaults = StreamDefaults(), folders: ProfileFolders? = nil,
        timing: SignalingTiming = SignalingTiming()
    ) {
        self.port = port
        self.camera = camera
        self.microphone = microphone
        self.speaker = speaker
        self.autoAccept = autoAccept
        self.passwords = passwords
        self.defaults = defaults
        self.folders = folders
        self.timing = timing
    }
}
