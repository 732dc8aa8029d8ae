import Conference
import GLibKit
import Media

/// All that the dialog shows of a stream: a plain copy, so that a change from anywhere comes as one.
nonisolated struct StreamSnapshot: Hashable, Sendable {
    let id: String
    let name: String
    let identifier: String
    let address: String
    let timeout: Int
    let detection: Bool
    let outgoing: MediaSet
    let incoming: MediaSet
    let camera: CameraSource
    let microphone: MicrophoneSource
    let speaker: SpeakerSource
    let volume: Double
    let video: VideoSettings
    let audio: AudioSettings
    let state: StreamState
    /// What can be chosen from.
    let devices: [MediaDevice]

    @MainActor init(_ stream: Stream, devices: [MediaDevice]) {
        id = stream.id
        name = stream.name
        identifier = stream.identifier
        address = stream.address
        timeout = stream.timeout
        detection = stream.detection
        outgoing = stream.outgoing
        incoming = stream.incoming
        camera = stream.camera
        microphone = stream.microphone
        speaker = stream.speaker
        volume = stream.volume
        video = stream.video
        audio = stream.audio
        state = stream.state
        self.devices = devices
    }
}

/// One group of the page about a stream.
protocol StreamGroup: AnyObject {
    /// The group's widget, an `AdwPreferencesGroup`.
    var root: GObjectRef { get }

    /// Shows what the stream is now. `before` is what was shown until now; nil when that was another stream.
    func show(_ now: StreamSnapshot, before: StreamSnapshot?)

    /// Sets what is typed and not confirmed yet.
    func commit()

    /// Whether something is typed and not confirmed yet.
    var isTyping: Bool { get }
}

extension StreamGroup {
    func commit() {}

    var isTyping: Bool { false }
}
