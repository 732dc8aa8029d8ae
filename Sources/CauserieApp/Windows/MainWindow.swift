import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// A window's widgets: header bar with the address, banners, panes, controls. What they mean is its controller's.
package final class MainWindow {
    package let window: GObjectRef
    /// The `win.` actions.
    package let actions: ActionMap
    package let address: AddressBar
    package let controls: ControlBar
    package let incoming: IncomingBanner
    package private(set) var panes: [PaneView] = []

    private let area: ArrangedBox
    private let arrangement: Arrangement
    private weak var lastActive: PaneView?
    private let toasts: Widget
    private let contactsButton: Widget
    private let missedLabel: Widget
    private let flap: Widget
    private let chatPlace: Widget
    private let chatButton: Widget
    private let chatUnread: Widget
    private let controlsRevealer: Widget
    private let chrome: WindowChrome
    private var sensor: SizeSensor?
    private var isFloating = false

    /// How the panes are laid out now; the area asks for it whenever its size changes.
    private final class Arrangement {
        var value = PaneArrangement(.grid)
    }

    /// - Parameter application: a `GtkApplication`; nil in tests of the widgets alone.
    package init(application: GObjectRef?) throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/window.ui"))
        window = try builder.retained("window", adw_application_window_get_type())
        actions = ActionMap(window)
        let arrangement = Arrangement()
        self.arrangement = arrangement
        area = ArrangedBox(try builder.object("panes", gtk_box_get_type())) { count, width, height in
            arrangement.value.frames(count: count, width: width, height: height).map {
                ArrangedBox.Frame(x: $0.x, y: $0.y, width: $0.width, height: $0.height)
            }
        }
        toasts = try builder.object("toasts", adw_toast_overlay_get_type())
        contactsButton = try builder.widget("contacts_button")
        missedLabel = try builder.object("missed_label", gtk_label_get_type())
        flap = try builder.object("flap", adw_flap_get_type())
        chatPlace = try builder.object("chat_place", gtk_box_get_type())
        chatButton = try builder.object("chat_button", gtk_toggle_button_get_type())
        chatUnread = try builder.object("chat_unread", gtk_label_get_type())
        controlsRevealer = try builder.object("controls_revealer", gtk_revealer_get_type())
        address = try AddressBar(builder, actions: actions)
        controls = try ControlBar()
        incoming = try IncomingBanner()
        gtk_revealer_set_child(controlsRevealer.opaque, controls.root.pointer())
        let banners = try builder.object("banners", gtk_box_get_type())
        gtk_box_append(banners.pointer(), incoming.root.pointer())
        StatusMenu.install(in: try builder.object("menu_button", gtk_menu_button_get_type()))
        chrome = try WindowChrome(builder, window: window)
        chrome.isHeld = { [controls, address] in controls.isBusy || address.isBusy }
        if let application { gtk_window_set_application(window.pointer(), application.pointer()) }
        let frame = try builder.object("frame", gtk_overlay_get_type())
        let addButton = try builder.widget("add_button")
        sensor = SizeSensor(frame) { [incoming, contactsButton, flap, chatPlace] width, _ in
            incoming.setNarrow(width < 520)
            // There the conversation takes the panes' place.
            adw_flap_set_fold_policy(
                flap.opaque, width < 520 ? ADW_FLAP_FOLD_POLICY_ALWAYS : ADW_FLAP_FOLD_POLICY_AUTO)
            gtk_widget_set_hexpand(chatPlace.widget, width < 520 ? 1 : 0)
            // In a narrow window the main menu has them.
            contactsButton.isVisible = width >= 520
            addButton.isVisible = width >= 440
        }
        connect(window, "notify::fullscreened") { [weak self] in self?.fullscreenChanged() }
        // Over the panes of a narrow window, a click beside it puts it away.
        connect(flap, "notify::reveal-flap") { [weak self] in
            guard let self else { return }
            actions.set("chat", to: isChatShown)
            chatPlace.setAccessibleHidden(!isChatShown)
        }
        chatPlace.setAccessibleHidden(true)
    }

    // MARK: Panes

    /// Shows these panes, in this order.
    package func setPanes(_ views: [PaneView]) {
        panes = views
        area.setChildren(panes.map(\.root))
        for pane in panes {
            pane.setTopIsCovered(isFloating)
            pane.setSeveral(panes.count > 1)
        }
        markActive()
    }

    /// How the panes are arranged from now on.
    package func setLayout(_ layout: PaneLayout) {
        arrangement.value.layout = layout
        area.update()
    }

    /// The pane that the controls act on: the one with the keyboard's focus, else the one that had it last.
    package var focusedPane: PaneView? {
        let focus = gtk_window_get_focus(window.pointer())
        let focused = panes.first { pane in
            guard let focus else { return false }
            let root = Widget(pane.root).widget
            return focus == root || gtk_widget_is_ancestor(focus, root) != 0
        }
        if let focused { lastActive = focused }
        return focused ?? panes.first { $0 === lastActive } ?? panes.first
    }

    /// Makes a pane the one that the controls act on.
    package func activate(_ pane: PaneView) {
        lastActive = pane
        Widget(pane.root).focus()
        markActive()
    }

    /// With several panes, shows which one the controls are about.
    package func markActive() {
        let active = focusedPane
        for pane in panes { pane.setActive(panes.count > 1 && pane === active) }
    }

    /// What the buttons of the focused pane show.
    package func showControls(_ presentation: ControlsPresentation) {
        controls.show(presentation)
        gtk_revealer_set_reveal_child(controlsRevealer.opaque, presentation.isVisible ? 1 : 0)
        Widget(controls.root).isSensitive = presentation.isVisible
        Widget(controls.root).setAccessibleHidden(!presentation.isVisible)
        chrome.hasControls = presentation.isVisible
    }

    // MARK: Chat

    /// Puts a conversation beside the panes.
    package func setChat(_ chat: GObjectRef) { gtk_box_append(chatPlace.pointer(), chat.pointer()) }

    package var isChatShown: Bool { adw_flap_get_reveal_flap(flap.opaque) != 0 }

    package func setChatShown(_ isShown: Bool) { adw_flap_set_reveal_flap(flap.opaque, isShown ? 1 : 0) }

    /// How many messages nobody has read yet.
    package func setUnread(_ count: Int) {
        chatUnread.isVisible = count > 0
        gtk_label_set_text(chatUnread.opaque, count > 99 ? "99+" : String(count))
        let words = trn("{count} unread message", "{count} unread messages", count)
        chatButton.setAccessibleLabel(count > 0 ? tr("Chat") + ", " + words : tr("Chat"))
        chatButton.tooltip = count > 0 ? words + " (F9)" : tr("Chat (F9)")
    }

    /// Lets a text that is being written take its last change back; false where none is.
    package func changeText(_ action: String) -> Bool {
        guard let focus = gtk_window_get_focus(window.pointer()),
            CGtk_is_a(UnsafeMutableRawPointer(focus), gtk_text_view_get_type()) != 0
                || CGtk_is_a(UnsafeMutableRawPointer(focus), gtk_text_get_type()) != 0
        else { return false }
        return gtk_widget_activate_action_variant(focus, action, nil) != 0
    }

    // MARK: Telling

    /// A line that goes by itself.
    ///
    /// - Parameters:
    ///   - button: what the line offers to do.
    ///   - action: its action, with its prefix.
    package func showToast(_ text: String, button: String? = nil, action: String? = nil) {
        // A toast's title is markup, and the text may hold what came from the network.
        guard let toast = adw_toast_new(escapeMarkup(text)) else { return }
        adw_toast_set_timeout(toast, 6)
        if let button, let action {
            adw_toast_set_button_label(toast, button)
            adw_toast_set_action_name(toast, action)
        }
        adw_toast_overlay_add_toast(toasts.opaque, toast)
    }

    /// Counts missed calls on the button that leads to them.
    package func setMissedCalls(_ count: Int) {
        missedLabel.isVisible = count > 0
        gtk_label_set_text(missedLabel.opaque, count > 99 ? "99+" : String(count))
        let words =
            trn("Contacts and Calls, {count} missed call", "Contacts and Calls, {count} missed calls", count)
        contactsButton.setAccessibleLabel(count > 0 ? words : tr("Contacts and Calls"))
    }

    package func setTitle(_ title: String) { gtk_window_set_title(window.pointer(), title) }

    // MARK: Showing

    package func present() { gtk_window_present(window.pointer()) }

    package var isActive: Bool { gtk_window_is_active(window.pointer()) != 0 }

    package var isFullscreen: Bool { gtk_window_is_fullscreen(window.pointer()) != 0 }

    /// Fills the screen, or leaves it again.
    package func setFullscreen(_ isFullscreen: Bool) {
        if isFullscreen {
            gtk_window_fullscreen(window.pointer())
        } else {
            gtk_window_unfullscreen(window.pointer())
        }
    }

    private func fullscreenChanged() {
        actions.set("fullscreen", to: isFullscreen)
        setFloating(isFullscreen)
    }

    /// Lets header bar and controls float over the panes, as they do in full screen.
    package func setFloating(_ isFloating: Bool) {
        chrome.setFloating(isFloating)
        self.isFloating = isFloating
        for pane in panes { pane.setTopIsCovered(isFloating) }
        arrangement.value.topInset = isFloating ? 50 : 0
        area.update()
    }

    package func close() { gtk_window_close(window.pointer()) }

    package func destroy() { gtk_window_destroy(window.pointer()) }
}
