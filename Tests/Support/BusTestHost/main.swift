// The model and its D-Bus service without media devices, for the tests: BusTestHost [PROFILE [PORT]].
import Bus
import Conference
import GLibKit
import Glibc
import Logging
import Media

MainLoop.attach()
let arguments = Array(CommandLine.arguments.dropFirst())
let profile = arguments.first.flatMap { $0.isEmpty ? nil : $0 }
let port = arguments.count > 1 ? Int(arguments[1]) ?? 0 : 0
let options = ConferenceOptions(
    port: port, camera: CameraSource.none, microphone: MicrophoneSource.none, speaker: SpeakerSource.none,
    autoAccept: false, passwords: SecretServicePasswords(profile: profile))
// What is not worth a warning does not count as a complaint.
var logger = Logger(label: "bus-test")
logger.logLevel = .warning
let conference = Conference(profile: profile, options: options, logger: logger)
do {
    let service = try BusService(conference, profile: profile) {
        Task {
            await conference.shutdown()
            MainLoop.quit()
        }
    }
    Task {
        await conference.start()
        print("ready=true")
        fflush(nil)
    }
    withExtendedLifetime(service) { MainLoop.run() }
    service.flush()
} catch {
    print("error=\(error)")
    exit(1)
}
