import Conference
import GLibKit

/// Lets what a person has set apply to the model: at the start, and at once when it is changed. What was never set is left
/// to the streams' own descriptions, which the model keeps.
final class PreferencesBinding {
    private let preferences: Preferences
    private let conference: Conference
    private let overridden: Set<String>

    private static let keys = [
        "identifier", "detection", "timeout", "camera", "microphone", "speaker", "video-size", "frame-rate",
        "video-bitrate", "audio-bitrate", "echo-cancellation", "noise-suppression", "gain-control", "music-mode",
        "stun-server", "port",
    ]

    /// - Parameter overridden: settings that the command line has decided for this run.
    init(_ preferences: Preferences, _ conference: Conference, overridden: Set<String>) {
        self.preferences = preferences
        self.conference = conference
        self.overridden = overridden
        for key in Self.keys where !overridden.contains(key) {
            if preferences.isSet(key) { apply(key) }
            preferences.settings.onChange(of: key) { [weak self] in self?.apply(key) }
        }
    }

    private func apply(_ key: String) {
        switch key {
        case "port": conference.port = preferences.number(key)
        case "stun-server": conference.stunServers = preferences.stunServers
        default: applyToStreams(key)
        }
    }

    private func applyToStreams(_ key: String) {
        for stream in conference.streams { apply(key, to: stream) }
    }

    private func apply(_ key: String, to stream: Stream) {
        switch key {
        case "identifier":
            let name = preferences.text(key)
            stream.identifier = name.isEmpty ? UserName.current : name
        case "detection": stream.detection = preferences.flag(key)
        case "timeout": stream.timeout = preferences.number(key)
        case "camera": stream.camera = preferences.camera
        case "microphone": stream.microphone = preferences.microphone
        case "speaker": stream.speaker = preferences.speaker
        case "video-size", "frame-rate", "video-bitrate": stream.video = preferences.video
        case "audio-bitrate", "echo-cancellation", "noise-suppression", "gain-control", "music-mode":
            stream.audio = preferences.audio
        default: break
        }
    }
}
