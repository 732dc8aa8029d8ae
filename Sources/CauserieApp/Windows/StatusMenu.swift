import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// The lines of *My Status* in the main menu: each word with what it means for those who look, and for who calls.
enum StatusMenu {
    private static let lines: [(status: UserStatus, title: String, meaning: String)] = [
        (.available, translatable("Available"), translatable("Contacts see that you can be called")),
        (.away, translatable("Away"), translatable("Calls ring; contacts see that you may not answer")),
        (
            .doNotDisturb, translatable("Do Not Disturb"),
            translatable("Every call is turned away as busy, and nothing notifies you")
        ),
        (
            .invisible, translatable("Invisible"),
            translatable("Others see you as offline; you can still call, and be called")
        ),
    ]

    /// Fills the places that the menu's model keeps for them, by the statuses' words.
    static func install(in button: Widget) {
        guard let popover = gtk_menu_button_get_popover(button.opaque).map({ Widget($0) }) else { return }
        for line in lines {
            let row = makeRow(translated(line.title), translated(line.meaning))
            gtk_actionable_set_detailed_action_name(row.opaque, "app.status::" + line.status.rawValue)
            // A line of a menu closes it; this one is a button.
            connect(row, "toggled") { gtk_popover_popdown(popover.pointer()) }
            if gtk_popover_menu_add_child(popover.opaque, row.widget, line.status.rawValue) == 0 {
                assertionFailure("the main menu has no place for \(line.status.rawValue)")
            }
        }
    }

    private static func makeRow(_ title: String, _ meaning: String) -> Widget {
        let row = makeButton()
        row.set(class: "menu-choice", true)
        let box = Widget(gtk_box_new(GTK_ORIENTATION_VERTICAL, 0))
        let (name, detail) = (RowParts.label(), RowParts.label("caption", "dim-label"))
        gtk_label_set_text(name.opaque, title)
        gtk_label_set_text(detail.opaque, meaning)
        gtk_label_set_ellipsize(detail.opaque, PANGO_ELLIPSIZE_NONE)
        gtk_label_set_wrap(detail.opaque, 1)
        gtk_label_set_max_width_chars(detail.opaque, 32)
        RowParts.append([name, detail], to: box)
        gtk_check_button_set_child(row.pointer(), box.widget)
        row.setAccessibleLabel(title)
        row.setAccessibleDescription(meaning)
        return row
    }

    /// One of several, for screen readers too: a check button learns that only when it is made.
    private static func makeButton() -> Widget {
        var role = GValue()
        g_value_init(&role, gtk_accessible_role_get_type())
        defer { g_value_unset(&role) }
        g_value_set_enum(&role, Int32(GTK_ACCESSIBLE_ROLE_RADIO.rawValue))
        return "accessible-role".withCString { name in
            var names: [UnsafePointer<CChar>?] = [name]
            guard let button = g_object_new_with_properties(gtk_check_button_get_type(), 1, &names, &role) else {
                return Widget(gtk_check_button_new())
            }
            return Widget(button)
        }
    }
}
