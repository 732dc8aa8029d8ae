import CGLib
import Conference
import GLibKit
import Media

/// What a person has set for a profile, each value with its type and checked: the settings schema in Swift.
package final class Preferences {
    package static let schema = "org.causerie.Causerie"
    package let settings: Settings

    /// - Parameters:
    ///   - profile: values of another profile are others.
    ///   - schemaDirectory: a folder with a compiled schema, searched before the system's.
    package init(profile: String?, schemaDirectory: String?) {
        let path = "/org/causerie/Causerie/" + (profile.map { $0 + "/" } ?? "")
        settings = Settings(Self.schema, path: path, directory: schemaDirectory, fallback: Self.defaults)
    }

    /// The schema's defaults, for a run without it.
    static let defaults: [String: Variant] = [
        "identifier": .string(""), "detection": .bool(true), "timeout": .int32(20), "port": .int32(29172),
        "stun-server": .string(""), "camera": .string("default"), "microphone": .string("default"),
        "speaker": .string("default"), "video-size": .string("640x480"), "frame-rate": .int32(30),
        "video-bitrate": .int32(800), "audio-bitrate": .int32(32), "echo-cancellation": .bool(true),
        "noise-suppression": .bool(true), "gain-control": .bool(true), "music-mode": .bool(false),
        "recent-addresses": .strings([]), "do-not-disturb": .bool(false), "status": .string("available"),
        "ring-tone": .bool(true),
    ]

    /// The defaults as GVariant texts, as a schema writes them: for the test that compares the two.
    package static var defaultTexts: [String: String] {
        defaults.mapValues { value in
            switch value {
            case .string(let text): "'\(text)'"
            case .strings(let texts): "[" + texts.map { "'\($0)'" }.joined(separator: ", ") + "]"
            default: value.text
            }
        }
    }

    // MARK: By type

    package func text(_ key: String) -> String { settings.value(key)?.stringValue ?? "" }
    package func flag(_ key: String) -> Bool { settings.value(key)?.boolValue ?? false }
    package func number(_ key: String) -> Int { settings.value(key)?.intValue ?? 0 }

    /// Each of these changes nothing, without a word, when the value is out of the schema's range or locked: what is shown
    /// is read back.
    package func set(_ key: String, _ text: String) { try? settings.set(key, .string(text)) }
    package func set(_ key: String, _ flag: Bool) { try? settings.set(key, .bool(flag)) }
    package func set(_ key: String, _ number: Int) {
        try? settings.set(key, .int32(Int32(clamping: number)))
    }

    // MARK: By meaning

    package var camera: CameraSource { CameraSource(text("camera")) ?? .systemDefault }
    package var microphone: MicrophoneSource { MicrophoneSource(text("microphone")) ?? .systemDefault }
    package var speaker: SpeakerSource { SpeakerSource(text("speaker")) }

    /// What new streams start with.
    package var defaults: StreamDefaults {
        StreamDefaults(
            identifier: text("identifier"), timeout: number("timeout"), camera: camera, microphone: microphone,
            speaker: speaker, video: video, audio: audio)
    }

    package var video: VideoSettings {
        let size = PictureSize(text("video-size")) ?? .standard
        return VideoSettings(
            width: size.width, height: size.height, framesPerSecond: number("frame-rate"),
            bitrate: number("video-bitrate") * 1000)
    }

    package var audio: AudioSettings {
        AudioSettings(
            bitrate: number("audio-bitrate") * 1000, echoCancellation: flag("echo-cancellation"),
            noiseSuppression: flag("noise-suppression"), gainControl: flag("gain-control"),
            musicMode: flag("music-mode"))
    }

    // MARK: Addresses called last

    /// How many are remembered.
    private static let remembered = 8

    package var recentAddresses: [String] { settings.value("recent-addresses")?.stringsValue ?? [] }

    /// Puts an address first among the recent ones.
    package func remember(address: String) {
        let others = recentAddresses.filter { $0 != address }
        try? settings.set("recent-addresses", .strings(Array(([address] + others).prefix(Self.remembered))))
    }
}
