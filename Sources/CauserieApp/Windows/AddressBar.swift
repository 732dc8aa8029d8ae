import CGLib
import CGtk
import GLibKit
import GtkKit

/// The header bar's address entry with its Call button and the addresses called last.
package final class AddressBar {
    private let entry: Widget
    private let button: Widget
    private let actions: ActionMap
    private let popover: GObjectRef
    private let completion: AddressCompletion
    private var onChange: (() -> Void)?

    init(_ builder: Builder, actions: ActionMap) throws(BuilderError) {
        entry = try builder.object("address_entry", gtk_entry_get_type())
        button = try builder.widget("call_button")
        self.actions = actions
        popover = GObjectRef(adopting: gtk_popover_menu_new_from_model(nil))
        gtk_widget_set_parent(popover.pointer(), entry.widget)
        gtk_popover_set_has_arrow(popover.pointer(), 0)
        completion = AddressCompletion(entry)
        completion.onChoose { [weak self] in self?.actions.activate("dial", $0) }
        connect(entry, "activate") { [weak self] in
            self?.completion.hide()
            self?.actions.activate("call")
        }
        connect(entry, "changed") { [weak self] in
            guard let self else { return }
            completion.update(text)
            onChange?()
        }
        connect(
            entry, "icon-press",
            with: { [weak self] arguments in
                guard arguments.int(0) == Int(GTK_ENTRY_ICON_SECONDARY.rawValue) else { return }
                self?.showRecent()
            })
        // A popover with a parent of its own choosing has to leave before the parent goes.
        connect(entry, "destroy") { [popover] in gtk_widget_unparent(popover.pointer()) }
    }

    /// What is typed, without spaces around it.
    package var text: String {
        get {
            let typed = gtk_editable_get_text(entry.opaque).map { String(cString: $0) } ?? ""
            return String(typed.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        }
        set { gtk_editable_set_text(entry.opaque, newValue) }
    }

    /// Calls back at each change of the text.
    package func onChange(_ handler: @escaping () -> Void) { onChange = handler }

    /// Asks for what somebody may mean who has typed so much.
    package func onSuggest(_ handler: @escaping (String) -> [AddressSuggestion]) { completion.suggest = handler }

    /// Puts the cursor into it.
    package func focus() { entry.focus() }

    /// Makes the button the one that a person is led to.
    package func setSuggested(_ isSuggested: Bool) { button.set(class: "suggested-action", isSuggested) }

    /// Whether the entry has the focus or its list is open.
    package var isBusy: Bool {
        Widget(popover).isVisible || completion.isOpen || gtk_widget_has_focus(entry.widget) != 0
            || gtk_widget_get_focus_child(entry.widget) != nil
    }

    /// Whether a person is in the middle of an address.
    package var isTyping: Bool { isBusy && !text.isEmpty }

    /// Offers these addresses, the newest first.
    package func setRecent(_ addresses: [String]) {
        guard let menu = g_menu_new() else { return }
        let model = GObjectRef(adopting: menu)
        for address in addresses {
            // A menu's label has mnemonics: an underscore is doubled to be itself.
            let label = address.split(separator: "_", omittingEmptySubsequences: false).joined(separator: "__")
            guard let item = g_menu_item_new(label, nil) else { continue }
            g_menu_item_set_action_and_target_value(item, "win.dial", Variant.string(address).makeGVariant())
            g_menu_append_item(menu, item)
            g_object_unref(item.gobject)
        }
        gtk_popover_menu_set_menu_model(popover.opaque, model.pointer())
        let position = GTK_ENTRY_ICON_SECONDARY
        let icon: String? = addresses.isEmpty ? nil : "pan-down-symbolic"
        gtk_entry_set_icon_from_icon_name(entry.pointer(), position, icon)
        if icon != nil { gtk_entry_set_icon_tooltip_text(entry.pointer(), position, tr("Recent Addresses")) }
    }

    private func showRecent() {
        var area = GdkRectangle()
        gtk_entry_get_icon_area(entry.pointer(), GTK_ENTRY_ICON_SECONDARY, &area)
        gtk_popover_set_pointing_to(popover.pointer(), &area)
        gtk_popover_popup(popover.pointer())
    }
}
