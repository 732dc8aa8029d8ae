import Conference
import GLibKit

/// Lets what a person has set apply to the model: what new streams start with, and what is the instance's own. Streams that
/// have a value of their own keep it.
final class PreferencesBinding {
    private let preferences: Preferences
    private let conference: Conference
    private var statusObservation: ModelObservation?

    private static let defaultsKeys = [
        "identifier", "timeout", "camera", "microphone", "speaker", "video-size", "frame-rate", "video-bitrate",
        "audio-bitrate", "echo-cancellation", "noise-suppression", "gain-control", "music-mode",
    ]

    /// - Parameter overridden: settings that the command line has decided for this run.
    init(_ preferences: Preferences, _ conference: Conference, overridden: Set<String>) {
        self.preferences = preferences
        self.conference = conference
        for key in Self.defaultsKeys {
            preferences.settings.onChange(of: key) { [conference] in
                if conference.defaults != preferences.defaults { conference.defaults = preferences.defaults }
            }
        }
        adoptServer()
        preferences.settings.onChange(of: "detection") { [weak self] in self?.detectionChanged() }
        preferences.settings.onChange(of: "do-not-disturb") { [conference] in
            conference.doNotDisturb = preferences.flag("do-not-disturb")
        }
        conference.status = UserStatus(rawValue: preferences.text("status")) ?? .available
        if preferences.flag("do-not-disturb") { conference.doNotDisturb = true }
        // Who is invisible stays so: a new start must not tell.
        statusObservation = ModelObservation({ conference.status }) { [preferences] status in
            preferences.set("do-not-disturb", status == .doNotDisturb)
            if status != .doNotDisturb { preferences.set("status", status.rawValue) }
        }
        preferences.settings.onChange(of: "ring-tone") { [conference] in
            conference.playsTones = preferences.flag("ring-tone")
        }
        conference.playsTones = preferences.flag("ring-tone")
        guard !overridden.contains("port") else { return }
        preferences.settings.onChange(of: "port") { [conference] in conference.port = preferences.number("port") }
    }

    /// The one STUN server of before has its place among all servers.
    private func adoptServer() {
        let server = preferences.text("stun-server")
        guard !server.isEmpty else { return }
        try? conference.addServer(NetworkSettings.Server(server))
        preferences.set("stun-server", "")
    }

    /// Off is off for every stream; on, each window's first stream waits for calls again.
    private func detectionChanged() {
        let isOn = preferences.flag("detection")
        for window in conference.windows {
            for (place, stream) in window.streams.enumerated() where !isOn || place == 0 { stream.detection = isOn }
        }
    }
}
