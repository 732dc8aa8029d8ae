import CauserieApp
import Conference
import Media

/// What the host can show.
enum Scene: String, CaseIterable {
    case empty
    case typed
    case calling
    case call
    case person
    case reconnecting
    case incoming
    case ended
    case identity
    case trust
    case fullscreen
    case devices
    /// Four panes.
    case grid
    case speaker
    case insets
    case preferences
    case preferencesDevices = "preferences-devices"
    case preferencesQuality = "preferences-quality"
    case preferencesNetwork = "preferences-network"
    /// A network check with a finding of each kind.
    case networkCheck = "network-check"
    /// A TURN server being edited.
    case server
    case editStreams = "edit-streams"
    case editStreamsList = "edit-streams-list"
    case editStreamsInvalid = "edit-streams-invalid"
    case editStreamsCall = "edit-streams-call"
    /// Every control of the dialog can be reached by Tab.
    case editStreamsKeys = "edit-streams-keys"
    /// Every control of the dialog has a name.
    case editStreamsLabels = "edit-streams-labels"
    /// The Contacts window: its list, the calls, and both when there is nothing.
    case people
    case peopleCalls = "people-calls"
    case peopleEmpty = "people-empty"
    case contact
    /// A contact's page with what is wrong said in its place.
    case contactInvalid = "contact-invalid"
    case verify
    /// A conversation beside a call; from a stranger; all of them in a window; and before there is one.
    case chat
    case chatRequest = "chat-request"
    case chatWindow = "chat-window"
    case chatNobody = "chat-nobody"
    /// A conversation with files in it; all files; and none.
    case chatFiles = "chat-files"
    case files
    case filesEmpty = "files-empty"
    case shortcuts
    case about
    /// A call that goes badly: the mark on its pane, and why.
    case poor
    case statistics
    case statisticsEmpty = "statistics-empty"
    /// The last figures of a call that is over, with gaps in them.
    case statisticsEnded = "statistics-ended"
    /// The end of the page.
    case statisticsBottom = "statistics-bottom"
    case trace
    case traceRoute = "trace-route"
    case traceEmpty = "trace-empty"
    /// A route that is refused.
    case traceInvalid = "trace-invalid"
    /// A thousand events a second.
    case traceRate = "trace-rate"
    /// No scene of ours: a program that has things to give, until it is ended.
    case giver
    /// Nor this: who shows notifications.
    case notifications
    /// Copies figures and reads the clipboard.
    case clipboard
    /// Every control has a name for those who cannot see it.
    case labels
    /// Video: the newest picture is shown, buffers come back.
    case video
    /// Two seconds of 1280x720 at 30 a second in a window: how many are shown, and what that costs.
    case rate
    /// Windows come and go without leaving closures or objects.
    case cycle
    /// A missing or wrong name in an interface description is an error.
    case builder
}

extension CallSituation {
    /// The call that a scene shows.
    static func example(_ scene: Scene) -> CallSituation {
        var call = CallSituation()
        call.name = "Ann Lee"
        call.address = "192.168.1.7"
        switch scene {
        case .calling: call.state = .calling
        case .call, .fullscreen, .devices, .labels, .chat, .chatFiles:
            call.state = .connected
            call.hasReceivedPicture = true
            call.hasSentPicture = true
            call.remoteStopped = .audio
            call.quality = CallQuality()
            call.isVerified = true
        case .poor:
            call.state = .connected
            call.hasReceivedPicture = true
            call.hasSentPicture = true
            call.quality = CallQuality(grade: .poor, cause: .receivedLoss)
        case .person:
            call.state = .connected
            call.remoteStopped = .video
            call.stoppedSent = .video
            call.hasSentPicture = true
            call.isMicrophoneSilent = true
            call.isVerified = true
        case .reconnecting:
            call.state = .reconnecting
            call.hasReceivedPicture = true
            call.hasSentPicture = true
            call.problems = [.camera: .deviceBusy("Integrated Camera")]
        case .incoming: call.state = .incoming
        case .ended: call.state = .ended(.declined)
        case .identity, .trust:
            call.state = .ended(.identityChanged)
            call.isIdentityRefused = true
        default: break
        }
        return call
    }
}
