import CauserieApp
import GLibKit
import GtkKit

/// What the host can show.
enum Scene: String, CaseIterable {
    case empty
    case typed
    case calling
    case call
    case person
    case incoming
    case ended
    case fullscreen
    case devices
    case preferences
    case preferencesDevices = "preferences-devices"
    case preferencesQuality = "preferences-quality"
    case shortcuts
    case about
    /// Every control has a name for those who cannot see it.
    case labels
    /// Video: the newest picture is shown, buffers come back.
    case video
    /// Windows come and go without leaving closures or objects.
    case cycle
    /// A missing or wrong name in an interface description is an error.
    case builder
}

extension PanePresentation {
    static func example(_ scene: Scene) -> PanePresentation {
        var shown = PanePresentation()
        shown.name = "Ann Lee"
        switch scene {
        case .calling:
            shown.page = .person
            shown.state = tr("Calling…")
            shown.isWorking = true
        case .call, .fullscreen, .devices, .labels:
            shown.page = .picture
            shown.state = tr("Connected")
            shown.showsInset = true
            shown.notices = [Notice(tr("{name} has muted the microphone", ["name": shown.name]))]
        case .person:
            shown.page = .person
            shown.state = tr("{name} has stopped the camera", ["name": shown.name])
            shown.showsInset = true
            shown.notices = [Notice(tr("Your microphone is silent"), isWarning: true)]
        case .ended:
            shown.page = .ended
            shown.state = "Ann Lee hung up."
            shown.canCallAgain = true
        default:
            shown.reachability = tr(
                "Others reach this computer at {address}.", ["address": "192.168.1.7"])
        }
        return shown
    }
}
