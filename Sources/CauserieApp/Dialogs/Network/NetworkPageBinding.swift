import Conference
import GLibKit
import GtkKit

/// Keeps the preferences' network page in line with the model, as long as they are open.
final class NetworkPageBinding {
    private let page: NetworkPage
    private var observations: [ModelObservation] = []
    private var timer: EventSource?

    init(
        _ conference: Conference, _ dialog: PreferencesDialog, check: @escaping () -> Void
    ) throws(BuilderError) {
        page = try NetworkPage(
            change: { try conference.configure($0) }, check: check, say: { [weak dialog] in dialog?.say($0) })
        let show = { [page] in page.show(conference.networkSettings, interfaces: NetworkInterfaceChoice.present()) }
        show()
        let count = { [page] in page.show(conference.sentLocally, refused: conference.refusedElsewhere) }
        count()
        timer = EventSource.every(.seconds(1)) { [page] in if page.isShown { count() } }
        dialog.add(page)
        observations = [
            ModelObservation({ conference.networkSettings }) { _ in show() },
            ModelObservation({ conference.passwordProblem?.description }) { [weak dialog] in
                if let problem = $0 { dialog?.say(translated(problem)) }
            },
        ]
        // The keyring may have been unlocked since.
        conference.synchronizePasswords()
    }
}
