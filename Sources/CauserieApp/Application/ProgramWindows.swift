import Conference
import GLibKit
import GtkKit

/// The windows that the program has one of each: preferences, the network check and the trace.
final class ProgramWindows {
    private let application: GObjectRef
    private let conference: Conference
    private let preferences: Preferences
    /// Why a window cannot be shown.
    private let say: (String) -> Void
    private var preferencesDialog: PreferencesDialog?
    private var networkPage: NetworkPageBinding?
    private var networkCheck: NetworkCheckWindow?
    private var trace: TraceWindow?
    private var observations: [ModelObservation] = []

    init(
        _ application: GObjectRef, _ conference: Conference, _ preferences: Preferences, say: @escaping (String) -> Void
    ) {
        self.application = application
        self.conference = conference
        self.preferences = preferences
        self.say = say
        observations = [
            ModelObservation({ Reachability.accountNote(conference.rendezvous) }) { [weak self] _ in
                guard let self, let preferencesDialog else { return }
                showAccount(in: preferencesDialog)
            },
            ModelObservation({ conference.devices }) { [weak self] in self?.preferencesDialog?.setDevices($0) },
        ]
    }

    func showPreferences(over parent: GObjectRef) {
        do throws(BuilderError) {
            let dialog = try PreferencesDialog(preferences, userName: StreamDefaults().identifier)
            dialog.setDevices(conference.devices)
            dialog.setPortNote(Reachability.portNote(conference))
            networkPage = try NetworkPageBinding(conference, dialog) { [weak self, weak dialog] in
                if let dialog { self?.showNetworkCheck(over: dialog.window) }
            }
            showAccount(in: dialog)
            dialog.files.show(conference.files.settings) { [conference] in conference.files.settings = $0 }
            connect(
                dialog.window, "close-request",
                returning: { [weak self] _ in
                    self?.preferencesDialog = nil
                    self?.networkPage = nil
                    return false
                })
            preferencesDialog = dialog
            dialog.present(over: parent)
        } catch { say("\(error)") }
    }

    private func showAccount(in dialog: PreferencesDialog) {
        let rendezvous = conference.rendezvous
        dialog.setAccount(rendezvous.account, note: Reachability.accountNote(rendezvous)) { account in
            do throws(RendezvousProblem) {
                try rendezvous.configure(account)
                return nil
            } catch { return translated("\(error)") }
        }
    }

    /// How others reach this computer has changed.
    func reachabilityChanged() { preferencesDialog?.setPortNote(Reachability.portNote(conference)) }

    func showNetworkCheck(over parent: GObjectRef) {
        if let networkCheck { return networkCheck.present(over: parent) }
        do throws(BuilderError) {
            let window = try NetworkCheckWindow(conference.networkCheck)
            window.onClose { [weak self] in self?.networkCheck = nil }
            networkCheck = window
            window.present(over: parent)
        } catch { say("\(error)") }
    }

    func showTrace() {
        if let trace { return trace.present(in: application) }
        do throws(BuilderError) {
            let window = try TraceWindow()
            window.onClose { [weak self] in self?.trace = nil }
            trace = window
            window.present(in: application)
        } catch { say("\(error)") }
    }
}
