// The model and its D-Bus service without media devices, for the tests: optionally with a profile.
import Bus
import Conference
import GLibKit
import Glibc
import Logging
import Media

MainLoop.attach()
let profile = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : nil
let options = ConferenceOptions(port: 0, camera: .none, microphone: .none, speaker: .none, autoAccept: false)
let conference = Conference(profile: profile, options: options, logger: Logger(label: "bus-test"))
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
