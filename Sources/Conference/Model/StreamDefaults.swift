import FoundationEssentials
import Media

/// What a new stream starts with; a change goes on to the streams that have not got a value of their own.
package struct StreamDefaults: Hashable, Sendable {
    package var identifier: String
    package var timeout: Int
    package var camera: CameraSource
    package var microphone: MicrophoneSource
    package var speaker: SpeakerSource
    package var video: VideoSettings
    package var audio: AudioSettings

    /// - Parameter identifier: empty for the name of the person who is logged in.
    package init(
        identifier: String = "", timeout: Int = 20, camera: CameraSource = .systemDefault,
        microphone: MicrophoneSource = .systemDefault, speaker: SpeakerSource = .systemDefault,
        video: VideoSettings = VideoSettings(), audio: AudioSettings = AudioSettings()
    ) {
        let name = SignalingText.name(identifier)
        self.identifier = name.isEmpty ? Self.userName : name
        self.timeout = timeout
        self.camera = camera
        self.microphone = microphone
        self.speaker = speaker
        self.video = video
        self.audio = audio
    }

    private static var userName: String {
        let process = ProcessInfo.processInfo
        return SignalingText.name(process.fullUserName.isEmpty ? process.userName : process.fullUserName)
    }
}

extension Stream {
    func take(_ defaults: StreamDefaults) {
        identifier = defaults.identifier
        timeout = defaults.timeout
        camera = defaults.camera
        microphone = defaults.microphone
        speaker = defaults.speaker
        video = defaults.video
        audio = defaults.audio
    }

    /// Follows a change of the defaults with every value that was one; what was set for this stream stays.
    func follow(from old: StreamDefaults, to new: StreamDefaults) {
        follow(\.identifier, old.identifier, new.identifier)
        follow(\.timeout, old.timeout, new.timeout)
        follow(\.camera, old.camera, new.camera)
        follow(\.microphone, old.microphone, new.microphone)
        follow(\.speaker, old.speaker, new.speaker)
        follow(\.video, old.video, new.video)
        follow(\.audio, old.audio, new.audio)
    }

    private func follow<Value: Equatable>(
        _ property: ReferenceWritableKeyPath<Stream, Value>, _ old: Value, _ new: Value
    ) {
        if old != new, self[keyPath: property] == old { self[keyPath: property] = new }
    }
}
