import CGtk
import Conference
import GLibKit
import GtkKit

/// The `win.` actions that arrange a window: panes, layout, files of windows, changes taken back.
final class WindowActions {
    private let description: WindowDescription
    private let conference: Conference
    private let view: MainWindow
    private var observations: [ModelObservation] = []

    init(_ description: WindowDescription, _ conference: Conference, _ view: MainWindow) {
        self.description = description
        self.conference = conference
        self.view = view
        add()
        observations = [
            ModelObservation({ description.layout }) { [view] layout in
                view.setLayout(layout)
                view.actions.set("layout", to: layout.rawValue)
            },
            ModelObservation({ description.canAddPane && description.canAddStream }) { [view] in
                view.actions.setEnabled("add-pane", $0)
            },
            ModelObservation({ [description.history.undoName, description.history.redoName] }) { [view] names in
                view.actions.setEnabled("undo", names[0] != nil)
                view.actions.setEnabled("redo", names[1] != nil)
            },
        ]
    }

    private func add() {
        let actions = view.actions
        actions.add("add-pane") { [weak self] in self?.addPane() }
        actions.add("layout", initially: description.layout.rawValue) { [weak self] word in
            guard let self, let layout = PaneLayout(rawValue: word) else { return }
            description.history.record(tr("Change Layout")) { self.description.layout = layout }
        }
        actions.add("import") { [weak self] in self?.chooseImport() }
        actions.add("export") { [weak self] in self?.chooseExport() }
        actions.add("undo") { [weak self] in
            if self?.view.changeText("text.undo") == false { self?.takeBack() }
        }
        actions.add("redo") { [weak self] in
            if self?.view.changeText("text.redo") == false { self?.description.history.redo() }
        }
    }

    private func addPane() {
        description.history.record(tr("Add Pane")) { conference.addConference(to: description) }
    }

    private func takeBack() {
        guard let name = description.history.undoName else { return }
        description.history.undo()
        view.showToast(tr("Taken back: {change}", ["change": translated(name)]), button: tr("Redo"), action: "win.redo")
    }

    // MARK: Files

    private static var filter: FileDialog.Filter {
        FileDialog.Filter(name: tr("Windows of Causerie"), pattern: "*.json")
    }

    private func chooseImport() {
        FileDialog.open(tr("Open a Window"), filter: Self.filter, over: view.window) { [weak self] path in
            self?.openWindows(from: path)
        }
    }

    /// Opens what a file describes, or says why not.
    func openWindows(from path: String) {
        do throws(WindowFileError) {
            try conference.importWindows(from: path)
            let network = try conference.networkSettings(from: path)
            if network != conference.networkSettings { offer(network) }
        } catch { view.showToast(translated("\(error)")) }
    }

    /// Whose file it is may not be who should choose the servers: the person is asked.
    private func offer(_ network: NetworkSettings) {
        let servers = network.servers.isEmpty ? tr("none") : network.servers.map(\.uri).joined(separator: "\n")
        let body = tr(
            "The file also says how calls use the network, in place of what is set now. Its servers:\n{servers}\nPasswords are in no such file: those known of the same users stay.",
            ["servers": servers])
        QuestionDialog.present(tr("Use the Servers of This File?"), body, button: tr("_Use Them"), over: view.window) {
            [weak self] in self?.use(network)
        }
    }

    private func use(_ network: NetworkSettings) {
        do throws(NetworkSettingsProblem) {
            try conference.configure(network)
        } catch { return view.showToast(translated("\(error)")) }
        guard let server = network.servers.first(where: { $0.isRelay && $0.password == nil }) else {
            return view.showToast(tr("The next call uses the servers of the file."))
        }
        view.showToast(tr("The password of {server} is missing in the preferences.", ["server": server.uri]))
    }

    private func chooseExport() {
        let name = (description.streams.first ?? description.panes.first?.stream)?.name ?? "window"
        FileDialog.save(
            tr("Save the Window As"), suggesting: name + ".json", filter: Self.filter, over: view.window
        ) { [weak self] path in
            guard let self else { return }
            do throws(WindowFileError) {
                try conference.export(description, to: path)
                view.showToast(tr("The window is saved."))
            } catch { view.showToast(translated("\(error)")) }
        }
    }
}
