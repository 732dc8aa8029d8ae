import ArgumentParser
import Bus
import BusClient
import Conference
import Media

/// The command line: `causerie [OPTIONS] [ADDRESS]`.
package struct CommandArguments: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "causerie", abstract: "Video calls from computer to computer.",
        discussion:
            "With an instance of the same profile running, brings its window to the front and calls ADDRESS there.")

    @Flag(name: .customLong("headless"), help: "Run without a window or a display; control it with causeriectl.")
    package var isHeadless = false

    @Option(
        help: ArgumentHelp(
            "Run as a separate instance with its own settings and identity.", valueName: "name"))
    package var profile: String?

    @Option(help: ArgumentHelp("Receive calls on this TCP port; 0 takes any free one.", valueName: "number"))
    package var port: Int?

    @Option(
        help: ArgumentHelp(
            "default, none, test-pattern[:WIDTHxHEIGHT@RATE], or a camera's path or name.", valueName: "source"))
    package var camera: String?

    @Option(
        help: ArgumentHelp("default, none, test-tone[:HERTZ], or a PulseAudio source.", valueName: "source"))
    package var microphone: String?

    @Option(help: ArgumentHelp("default, none, or a PulseAudio sink.", valueName: "sink"))
    package var speaker: String?

    @Flag(name: .customLong("auto-accept"), help: "Answer every call.")
    package var isAutoAccepting = false

    @Flag(name: .customLong("no-discovery"), help: "Look for nobody on the network, and be found by nobody there.")
    package var isUndiscovered = false

    @Flag(name: .customLong("gapplication-service"), help: .hidden)
    package var isService = false

    @Flag(name: .customLong("version"), help: "Print the version.")
    package var isVersionWanted = false

    @Argument(help: "Whom to call: host, host:port or [IPv6]:port.")
    package var address: String?

    package init() {}

    package func validate() throws {
        if let profile, !BusAddress.isValid(profile: profile) {
            throw ValidationError(
                "A profile's name has 1 to 64 letters, digits, _ and -, and begins with a letter or _.")
        }
        if let port, !(0...65535).contains(port) { throw ValidationError("A port is 0 to 65535.") }
        if let camera, CameraSource(camera) == nil {
            throw ValidationError(
                "A test pattern is test-pattern:WIDTHxHEIGHT@RATE, even, 16x16 to 3840x2160, 1 to 60 a second.")
        }
        if let microphone, MicrophoneSource(microphone) == nil {
            throw ValidationError("A test tone is test-tone:HERTZ, 20 to 20000.")
        }
        if let address, address.isEmpty || address.utf8.count > 255 {
            throw ValidationError("An address has 1 to 255 characters.")
        }
    }

    /// The settings that the command line decides.
    package var overridden: Set<String> {
        var keys: Set<String> = []
        if port != nil { keys.insert("port") }
        if camera != nil { keys.insert("camera") }
        if microphone != nil { keys.insert("microphone") }
        if speaker != nil { keys.insert("speaker") }
        return keys
    }
}

extension CommandArguments {
    /// What the conference starts with: the command line where it says something, else what is set.
    @MainActor package func options(_ preferences: Preferences) -> ConferenceOptions {
        var options = ConferenceOptions(
            port: port ?? preferences.number("port"), camera: camera.flatMap { CameraSource($0) },
            microphone: microphone.flatMap { MicrophoneSource($0) }, speaker: speaker.map { SpeakerSource($0) },
            autoAccept: isAutoAccepting, passwords: SecretServicePasswords(profile: profile),
            defaults: preferences.defaults)
        if !isUndiscovered { options.discovery = DiscoveryOptions(finder: AvahiFinder()) }
        return options
    }
}
