import CGLib
import CGtk
import CauserieApp
import Conference
import GLibKit
import Glibc
import GtkKit
import RTC

func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

func report(_ key: String, _ value: some CustomStringConvertible) {
    print("\(key)=\(value)")
    fflush(nil)
}

func complain(_ text: String) {
    var line = text + "\n"
    _ = line.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// One scene under a GTK application of its own.
final class Stage {
    private let scene: Scene
    private let picture: String?
    private let application: GObjectRef
    private var status: Int32 = 1
    private var window: MainWindow?
    private var preferences: PreferencesDialog?
    private var statistics: StatisticsView?
    private var networkCheck: NetworkCheckWindow?
    private var server: ServerDialog?
    private var editStreams: EditStreamsScene?
    private var people: PeopleScene?
    private var chat: ChatWindow?
    private var chatView: ChatView?
    private var files: TransfersWindow?
    private var giver: GObjectRef?
    private var trace: TraceScene?
    private var timer: EventSource?
    private var ticks = 0

    init(scene: Scene, picture: String?) {
        self.scene = scene
        self.picture = picture
        let flags = GApplicationFlags(rawValue: G_APPLICATION_NON_UNIQUE.rawValue)
        application = GObjectRef(adopting: adw_application_new("org.causerie.TestHost", flags))
        Interface.prepare(application)
    }

    func run() -> Int32 {
        connect(application, "activate") { [unowned self] in activate() }
        g_application_run(application.pointer(), 0, nil)
        return status
    }

    private func activate() {
        if let settings = gtk_settings_get_default() {
            setProperty(settings, "gtk-enable-animations", false)
        }
        g_application_hold(application.pointer())
        do {
            switch scene {
            case .giver:
                let kinds = (environment("KINDS") ?? "files").split(separator: ",")
                giver = Giver.window(
                    kinds.compactMap { Giver.Kind(rawValue: String($0)) },
                    (environment("FILES") ?? "").split(separator: "\n").map(String.init))
                report("ready", 1)
            case .notifications: try NotificationDaemon.start(isGtk: environment("DESKTOP") == "gtk")
            case .video: check(videoChecks)
            case .rate: check(rateChecks)
            case .cycle: check(cycleChecks)
            case .builder: check(builderChecks)
            case .clipboard: check(clipboardChecks)
            case .traceRate: check(traceRateChecks)
            default: try show()
            }
        } catch {
            complain("\(error)")
            finish(1)
        }
    }

    private func check(_ body: @escaping (GObjectRef) async throws -> Void) {
        Task {
            do {
                try await body(application)
                finish(0)
            } catch {
                complain("\(error)")
                finish(1)
            }
        }
    }

    private func show() throws {
        let window = try MainWindow(application: application)
        self.window = window
        if let layout = PaneLayout(rawValue: scene.rawValue) {
            try Example.fillFour(window, layout)
        } else {
            try Example.fill(window, scene)
        }
        gtk_window_set_default_size(window.window.pointer(), size("WIDTH", 960), size("HEIGHT", 640))
        window.present()
        let shown = try subject(window)
        timer = EventSource.every(.milliseconds(60)) { [unowned self] in tick(shown) }
    }

    private func size(_ name: String, _ standard: Int32) -> Int32 {
        environment(name).flatMap { Int32($0) } ?? standard
    }

    /// The window that the picture is of.
    private func subject(_ window: MainWindow) throws -> GObjectRef {
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
            let shown = try EditStreamsScene(scene, width: size("WIDTH", 760), height: size("HEIGHT", 720))
            shown.dialog.present(over: window.window)
            editStreams = shown
            return shown.dialog.window
        case .people, .peopleCalls, .peopleEmpty, .contact, .contactInvalid:
            let shown = try PeopleScene(scene, width: size("WIDTH", 480), height: size("HEIGHT", 620))
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
            gtk_window_set_default_size(view.window.pointer(), size("WIDTH", 960), size("HEIGHT", 640))
            gtk_window_present(view.window.pointer())
            view.show(ExampleFigures.figures(of: scene))
            let group = try EmulationGroup(set: { _ in }, cut: {})
            group.show(NetworkEmulation("loss=5% delay=100ms rate=500kbit/s") ?? .off)
            view.add(group)
            return view.window
        case .trace, .traceRoute, .traceEmpty, .traceInvalid:
            let shown = try TraceScene(scene, application, width: size("WIDTH", 920), height: size("HEIGHT", 680))
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
            gtk_window_set_default_size(shown.window.pointer(), size("WIDTH", 780), size("HEIGHT", 560))
            shown.present()
            return shown.window
        case .files, .filesEmpty:
            let shown = try ExampleFiles.window(scene)
            files = shown
            gtk_window_set_default_size(shown.window.pointer(), size("WIDTH", 480), size("HEIGHT", 720))
            shown.present()
            return shown.window
        case .fullscreen:
            // There is no window manager on the tests' display that could make it so.
            window.setFloating(true)
            return window.window
        default: return window.window
        }
    }

    /// Some frames have to pass before everything has its size; then the picture is taken.
    private func tick(_ shown: GObjectRef) {
        ticks += 1
        if ticks == 4 && scene == .devices { window?.controls.devices.popUp() }
        if ticks == 6 && scene == .statisticsBottom { scrollToEnd(shown) }
        if ticks == 4 {
            editStreams?.act(scene)
            people?.act(scene)
            trace?.act(scene)
        }
        guard ticks >= 10 else { return }
        if scene == .editStreamsKeys {
            report("unreached", editStreams?.unreached().joined(separator: "; ") ?? "all")
            return finish(0)
        }
        if scene == .labels || scene == .editStreamsLabels || environment("WALK") != nil {
            let roots = [shown] + (statistics.map { [$0.window] } ?? [])
            report("words", Labels.words(in: roots).joined(separator: "\u{241F}"))
            report("unnamed", Labels.unnamed(in: roots).joined(separator: "; "))
            report("checked", Labels.checked)
            finish(0)
            return
        }
        report("width", gtk_widget_get_width(shown.pointer()))
        report("minimum", minimumWidth(shown))
        report("height", gtk_widget_get_height(shown.pointer()))
        guard let picture else { return finish(0) }
        do throws(WindowPicture.Failure) {
            try WindowPicture.write(shown, to: picture)
            if let popover = window?.controls.devices, popover.isOpen {
                try WindowPicture.write(popover.root, to: picture)
            }
            finish(0)
        } catch  where ticks < 50 {
            return
        } catch {
            complain("\(error)")
            finish(1)
        }
    }

    /// Scrolls the first scrolled window that there is to its end.
    private func scrollToEnd(_ shown: GObjectRef) {
        var widgets = [Widget(shown)]
        while let widget = widgets.popLast() {
            if CGtk_is_a(widget.gobject, gtk_scrolled_window_get_type()) != 0,
                let adjustment = gtk_scrolled_window_get_vadjustment(widget.opaque)
            {
                return gtk_adjustment_set_value(adjustment, gtk_adjustment_get_upper(adjustment))
            }
            var child = gtk_widget_get_first_child(widget.widget)
            while let next = child {
                widgets.append(Widget(next))
                child = gtk_widget_get_next_sibling(next)
            }
        }
    }

    /// How narrow the window can be made.
    private func minimumWidth(_ shown: GObjectRef) -> Int32 {
        var minimum: Int32 = 0
        gtk_widget_measure(shown.pointer(), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, nil, nil, nil)
        return minimum
    }

    private func finish(_ status: Int32) {
        self.status = status
        timer = nil
        report("finished", status)
        g_application_quit(application.pointer())
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

/// A Boolean property by its name: `g_object_set` is variadic.
private func setProperty(_ object: some GObjectPointer, _ name: String, _ value: Bool) {
    var holder = GValue()
    g_value_init(&holder, CGLib_type_boolean())
    g_value_set_boolean(&holder, value ? 1 : 0)
    g_object_set_property(object.gobject.assumingMemoryBound(to: GObject.self), name, &holder)
    g_value_unset(&holder)
}
