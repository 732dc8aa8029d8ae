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
    private var subject: Subject?
    private var giver: GObjectRef?
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
        gtk_window_set_default_size(
            window.window.pointer(), Subject.size("WIDTH", 960), Subject.size("HEIGHT", 640))
        window.present()
        let subject = Subject(scene, application)
        self.subject = subject
        let shown = try subject.show(over: window)
        timer = EventSource.every(.milliseconds(60)) { [unowned self] in tick(shown) }
    }

    /// Some frames have to pass before everything has its size; then the picture is taken.
    private func tick(_ shown: GObjectRef) {
        ticks += 1
        if ticks == 4 && scene == .devices { window?.controls.devices.popUp() }
        if ticks == 6 && scene == .statisticsBottom { scrollToEnd(shown) }
        if ticks == 4 { subject?.act() }
        guard ticks >= 10 else { return }
        if scene == .editStreamsKeys {
            report("unreached", subject?.editStreams?.unreached().joined(separator: "; ") ?? "all")
            return finish(0)
        }
        if scene == .labels || scene == .editStreamsLabels || environment("WALK") != nil {
            let roots = [shown] + (subject?.statistics.map { [$0.window] } ?? [])
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

/// A Boolean property by its name: `g_object_set` is variadic.
private func setProperty(_ object: some GObjectPointer, _ name: String, _ value: Bool) {
    var holder = GValue()
    g_value_init(&holder, CGLib_type_boolean())
    g_value_set_boolean(&holder, value ? 1 : 0)
    g_object_set_property(object.gobject.assumingMemoryBound(to: GObject.self), name, &holder)
    g_value_unset(&holder)
}
