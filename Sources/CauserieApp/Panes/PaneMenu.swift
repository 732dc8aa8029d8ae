import CGLib
import CGtk
import GLibKit
import GtkKit

/// A pane's context menu: by the pointer's second button, by a long touch, by the Menu key.
final class PaneMenu {
    private let popover: GObjectRef
    private let streams: Widget
    private let volume: Widget
    private var volumeConnection: SignalConnection?
    private var opening: (() -> Void)?

    /// - Parameter pane: the widget it belongs to; its `pane.` actions are what the menu does.
    init(_ pane: Widget) throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/pane-menu.ui"))
        let model = try builder.object("pane_menu", g_menu_model_get_type())
        streams = try builder.object("stream_section", g_menu_get_type())
        popover = GObjectRef(adopting: gtk_popover_menu_new_from_model(model.pointer()))
        volume = Self.makeScale()
        gtk_popover_menu_add_child(popover.opaque, Self.row(volume).widget, "volume")
        gtk_widget_set_parent(popover.pointer(), pane.widget)
        gtk_popover_set_has_arrow(popover.pointer(), 0)
        gtk_widget_set_halign(popover.pointer(), GTK_ALIGN_START)
        connect(pane, "destroy") { [popover] in gtk_widget_unparent(popover.pointer()) }
        watch(pane)
    }

    var isOpen: Bool { Widget(popover).isVisible }

    /// Calls `handler` before the menu shows, to bring it up to date.
    func onOpen(_ handler: @escaping () -> Void) { opening = handler }

    /// Calls `handler` with what a person sets: 0...2.
    func onVolume(_ handler: @escaping (Double) -> Void) {
        volumeConnection = connect(volume, "value-changed") { [volume] in
            let percent = gtk_range_get_value(volume.pointer())
            volume.setAccessibleValue(tr("{percent} %", ["percent": String(Int(percent))]))
            handler(percent / 100)
        }
    }

    func setVolume(_ value: Double) {
        volumeConnection?.whileBlocked { gtk_range_set_value(volume.pointer(), value * 100) }
        volume.setAccessibleValue(tr("{percent} %", ["percent": String(Int(value * 100))]))
    }

    /// Offers these streams for the pane to show.
    func setStreams(_ names: [String]) {
        g_menu_remove_all(streams.opaque)
        guard names.count > 1, let submenu = g_menu_new() else { return }
        defer { g_object_unref(submenu.gobject) }
        for name in names {
            let label = name.split(separator: "_", omittingEmptySubsequences: false).joined(separator: "__")
            guard let item = g_menu_item_new(label, nil) else { continue }
            g_menu_item_set_action_and_target_value(item, "pane.stream", Variant.string(name).makeGVariant())
            g_menu_append_item(submenu, item)
            g_object_unref(item.gobject)
        }
        g_menu_append_submenu(streams.opaque, tr("Show St_ream"), Widget(submenu).pointer())
    }

    /// Shows the menu at a place in the pane; in its middle when none is given.
    func popUp(at place: (x: Double, y: Double)? = nil) {
        opening?()
        var area = GdkRectangle(x: 0, y: 0, width: 1, height: 1)
        if let place {
            (area.x, area.y) = (Int32(place.x), Int32(place.y))
        } else if let parent = gtk_widget_get_parent(popover.pointer()) {
            (area.x, area.y) = (gtk_widget_get_width(parent) / 2, gtk_widget_get_height(parent) / 2)
        }
        gtk_popover_set_pointing_to(popover.pointer(), &area)
        gtk_popover_popup(popover.pointer())
    }

    // MARK: Parts

    private static func makeScale() -> Widget {
        let scale = Widget(gtk_scale_new_with_range(GTK_ORIENTATION_HORIZONTAL, 0, 200, 5))
        gtk_scale_add_mark(scale.pointer(), 100, GTK_POS_BOTTOM, nil)
        gtk_widget_set_size_request(scale.widget, 140, -1)
        gtk_widget_set_hexpand(scale.widget, 1)
        scale.setAccessibleLabel(tr("Volume"))
        return scale
    }

    private static func row(_ scale: Widget) -> Widget {
        let row = Widget(gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6))
        let label = Widget(gtk_label_new(tr("Volume")))
        gtk_widget_set_margin_start(label.widget, 12)
        gtk_box_append(row.pointer(), label.widget)
        gtk_box_append(row.pointer(), scale.widget)
        return row
    }

    private func watch(_ pane: Widget) {
        guard let click = gtk_gesture_click_new(), let press = gtk_gesture_long_press_new(),
            let keys = gtk_event_controller_key_new()
        else { return }
        gtk_gesture_single_set_button(click, guint(GDK_BUTTON_SECONDARY))
        connect(
            click, "pressed",
            with: { [weak self] in
                if let x = $0.double(1), let y = $0.double(2) { self?.popUp(at: (x, y)) }
            })
        gtk_gesture_single_set_touch_only(press, 1)
        connect(
            press, "pressed",
            with: { [weak self] in
                if let x = $0.double(0), let y = $0.double(1) { self?.popUp(at: (x, y)) }
            })
        connect(
            keys, "key-pressed",
            returning: { [weak self] arguments in
                let (key, state) = (arguments.int(0) ?? 0, arguments.int(2) ?? 0)
                let isShifted = state & Int(GDK_SHIFT_MASK.rawValue) != 0
                guard key == Int(GDK_KEY_Menu) || (key == Int(GDK_KEY_F10) && isShifted) else { return false }
                self?.popUp()
                return true
            })
        for controller in [click, press, keys] { gtk_widget_add_controller(pane.widget, controller) }
    }
}
