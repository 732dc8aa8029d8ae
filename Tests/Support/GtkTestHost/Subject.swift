import CGLib
import CGtk
import CauserieApp
import Conference
import GLibKit
import GtkKit
import RTC

/// What a scene shows beside the main window, or in it.
final class Subject {
    private let scene: Scene
    private let application: GObjectRef
    private var preferences: PreferencesDialog?
    private(set) var statistics: StatisticsView?
    private var networkCheck: NetworkCheckWindow?
    private var server: ServerDialog?
    private(set) var editStreams: EditStreamsScene?
    private var people: PeopleScene?
    private var chat: ChatWindow?
    private var chatView: ChatView?
    private var files: TransfersWindow?
    private var trace: TraceScene?

    init(_ scene: Scene, _ application: GObjectRef) {
        self.scene = scene
        self.application = application
    }

    /// Pixels, of a variable of the environment.
    static func size(_ name: String, _ standard: Int32) -> Int32 {
        environment(name).flatMap { Int32($0) } ?? standard
    }

    /// Opens what the scene has beside the main window.
    ///
    /// - Returns: the window that the picture is of.
    func show(over window: MainWindow) throws -> GObjectRef {
        switch scene {
        case .networkCheck:
            let check = try NetworkCheckWindow()
            check.show(Example.findings, isRunning: true)
            check.present(over: window.window)
            networkCheck = check
            return check.window
        case .server:
            let dialog = try ServerDialog(ServerForm(Example.network.servers[1])) { _ in }
            dialog.present(over: window.window)
            server = dialog
            return dialog.window
        case .preferences, .preferencesDevices, .preferencesQuality, .preferencesNetwork:
            let dialog = try PreferencesDialog(
                Preferences(profile: nil, schemaDirectory: environment("GSETTINGS_SCHEMA_DIR")), userName: "Ann Lee")
            dialog.setPortNote(tr("Calls arrive on port {port}.", ["port": "29172"]))
            dialog.setAccount(
                RendezvousAccount(server: "wss://calls.example.org", name: "ann"),
                note: tr("Connected: others call you {name}.", ["name": "ann"])
            ) { _ in nil }
            dialog.setDevices(Example.devices)
            let network = try NetworkPage(change: { _ in }, check: {}, say: { _ in })
            network.show(Example.network, interfaces: Example.interfaces)
            network.show(Example.sent, refused: 3)
            dialog.add(network)
            let page =
                [
                    "preferences-devices": "devices", "preferences-quality": "quality",
                    "preferences-network": "network",
                ][scene.rawValue] ?? "general"
            adw_preferences_window_set_visible_page_name(dialog.window.pointer(), page)
            dialog.present(over: window.window)
            preferences = dialog
            return dialog.window
        case .editStreams, .editStreamsList, .editStreamsInvalid, .editStreamsCall, .editStreamsKeys,
            .editStreamsLabels:
            let shown = try EditStreamsScene(scene, width: Self.size("WIDTH", 760), height: Self.size("HEIGHT", 720))
            shown.dialog.present(over: window.window)
            editStreams = shown
            return shown.dialog.window
        case .people, .peopleCalls, .peopleEmpty, .contact, .contactInvalid:
            let shown = try PeopleScene(scene, width: Self.size("WIDTH", 480), height: Self.size("HEIGHT", 620))
            people = shown
            return shown.present(over: window.window, scene)
        case .verify:
            VerifyDialog.present(name: "Ann Lee", digits: "2734 3745 6215 5961 6897", over: window.window) {}
            return try window.toplevel(adw_message_dialog_get_type())
        case .shortcuts:
            let overlay = gtk_application_window_get_help_overlay(window.window.pointer())
            guard let overlay else { throw BuilderError.missing("window", "help overlay") }
            gtk_window_present(Widget(overlay).pointer())
            return GObjectRef(retaining: overlay)
        case .about:
            AboutDialog.present(over: window.window)
            return try window.toplevel(adw_about_window_get_type())
        case .trust:
            let fingerprint = "sha-256 " + Array(repeating: "4F:A7", count: 16).joined(separator: ":")
            TrustDialog.present(address: "192.168.1.7", fingerprint: fingerprint, over: window.window) {}
            return try window.toplevel(adw_message_dialog_get_type())
        case .statistics, .statisticsEmpty, .statisticsEnded, .statisticsBottom:
            let view = try StatisticsView()
            statistics = view
            gtk_window_set_default_size(view.window.pointer(), Self.size("WIDTH", 960), Self.size("HEIGHT", 640))
            gtk_window_present(view.window.pointer())
            view.show(ExampleFigures.figures(of: scene))
            let group = try EmulationGroup(set: { _ in }, cut: {})
            group.show(NetworkEmulation("loss=5% delay=100ms rate=500kbit/s") ?? .off)
            view.add(group)
            return view.window
        case .trace, .traceRoute, .traceEmpty, .traceInvalid:
            let shown = try TraceScene(
                scene, application, width: Self.size("WIDTH", 920), height: Self.size("HEIGHT", 680))
            trace = shown
            return shown.window.view.window
        case .labels:
            let view = try StatisticsView()
            statistics = view
            view.show(ExampleFigures.figures(of: scene))
            return window.window
        case .chat, .chatFiles, .chatRequest, .chatNobody:
            let view = try ExampleChat.view(scene)
            chatView = view
            window.setChat(view.root)
            window.setUnread(scene == .chatRequest ? 1 : 0)
            window.setChatShown(true)
            return window.window
        case .chatWindow:
            let shown = try ChatWindow(ExampleChat.view(.chat))
            chat = shown
            ExampleChat.fill(shown)
            gtk_window_set_default_size(shown.window.pointer(), Self.size("WIDTH", 780), Self.size("HEIGHT", 560))
            shown.present()
            return shown.window
        case .files, .filesEmpty:
            let shown = try ExampleFiles.window(scene)
            files = shown
            gtk_window_set_default_size(shown.window.pointer(), Self.size("WIDTH", 480), Self.size("HEIGHT", 720))
            shown.present()
            return shown.window
        case .fullscreen:
            // There is no window manager on the tests' display that could make it so.
            window.setFloating(true)
            return window.window
        default: return window.window
        }
    }

    /// What a person does there.
    func act() {
        editStreams?.act(scene)
        people?.act(scene)
        trace?.act(scene)
    }
}

extension MainWindow {
    /// The window of that type that is open beside this one.
    fileprivate func toplevel(_ type: GType) throws -> GObjectRef {
        let list = gtk_window_list_toplevels()
        defer { g_list_free(list) }
        var link = list
        while let node = link {
            if let data = node.pointee.data, CGtk_is_a(data, type) != 0 { return GObjectRef(retaining: data) }
            link = node.pointee.next
        }
        throw BuilderError.missing("toplevels", String(cString: g_type_name(type)))
    }
}
