/// Which camera a stream sends from.
package enum CameraSource: Hashable, Sendable {
    case none
    /// The camera that the desktop prefers; the first found.
    case systemDefault
    /// A device path (`/dev/video0`) or a camera's name.
    case device(String)
    /// A moving pattern with a machine-readable timecode.
    case testPattern(width: Int, height: Int, framesPerSecond: Int)

    /// 640x480 at 30 frames a second.
    package static let testPattern = CameraSource.testPattern(width: 640, height: 480, framesPerSecond: 30)
}

/// Which microphone a stream sends from.
package enum MicrophoneSource: Hashable, Sendable {
    case none
    case systemDefault
    /// A PulseAudio source by its stable name.
    case device(String)
    /// A sine of so many hertz (20...20000) at -20 dBFS.
    case testTone(hertz: Int)

    /// 440 Hz.
    package static let testTone = MicrophoneSource.testTone(hertz: 440)
}

/// Where a stream's received sound is played.
package enum SpeakerSource: Hashable, Sendable {
    case none
    case systemDefault
    /// A PulseAudio sink by its stable name.
    case device(String)
}

/// A camera, microphone or speaker that is there now.
package struct MediaDevice: Hashable, Sendable, Identifiable {
    /// What the device is for.
    package enum Kind: String, Hashable, Sendable { case camera, microphone, speaker }

    package var kind: Kind
    /// Stable across plugging: a `/dev/v4l/by-id` path where there is one, a PulseAudio name.
    package var id: String
    /// For people.
    package var name: String
    package var isDefault: Bool

    package init(kind: Kind, id: String, name: String, isDefault: Bool = false) {
        self.kind = kind
        self.id = id
        self.name = name
        self.isDefault = isDefault
    }
}
