import CGLib
import CGtk
import GLibKit
import Glibc

/// The actions of an application or a window: what menus, buttons and keys name.
package final class ActionMap {
    private let map: UnsafeMutableRawPointer

    /// - Parameter owner: a `GtkApplication` or a `GtkApplicationWindow`, which must outlive this.
    package init(_ owner: some GObjectPointer) { map = owner.gobject }

    /// Actions of one widget and what is in it, as `prefix.name`. The widget keeps them.
    package init(of widget: Widget, prefix: String) {
        let group = GObjectRef(adopting: g_simple_action_group_new())
        map = group.gobject
        gtk_widget_insert_action_group(widget.widget, prefix, group.opaque)
    }

    /// Adds an action that does something.
    package func add(_ name: String, _ handler: @escaping () -> Void) {
        install(g_simple_action_new(name, nil)) { _ in handler() }
    }

    /// Adds an action that needs a text.
    package func add(_ name: String, withText handler: @escaping (String) -> Void) {
        let type = g_variant_type_new("s")
        defer { g_variant_type_free(type) }
        install(g_simple_action_new(name, type)) { arguments in
            if let text = arguments.variant(0)?.stringValue { handler(text) }
        }
    }

    /// Adds a switch. The handler is told what is wanted; the state follows by `set(_:to:)`.
    package func add(_ name: String, initially: Bool, _ handler: @escaping (Bool) -> Void) {
        guard let action = g_simple_action_new_stateful(name, nil, g_variant_new_boolean(initially ? 1 : 0)) else {
            return
        }
        connect(
            action, "change-state",
            with: { arguments in
                if let wanted = arguments.variant(0)?.boolValue { handler(wanted) }
            })
        g_action_map_add_action(OpaquePointer(map), action)
        g_object_unref(action.gobject)
    }

    /// Adds a choice among texts. The handler is told what is wanted; the state follows by `set(_:to:)`.
    package func add(_ name: String, initially: String, _ handler: @escaping (String) -> Void) {
        let type = g_variant_type_new("s")
        defer { g_variant_type_free(type) }
        guard let action = g_simple_action_new_stateful(name, type, g_variant_new_string(initially)) else { return }
        connect(
            action, "change-state",
            with: { arguments in
                if let wanted = arguments.variant(0)?.stringValue { handler(wanted) }
            })
        g_action_map_add_action(OpaquePointer(map), action)
        g_object_unref(action.gobject)
    }

    /// The state of an action with choices; it is not carried out.
    package func set(_ name: String, to state: String) {
        guard let action = lookup(name) else { return }
        g_simple_action_set_state(action, g_variant_new_string(state))
    }

    /// The state of an action that is on or off; it is not carried out.
    package func set(_ name: String, to state: Bool) {
        guard let action = lookup(name) else { return }
        g_simple_action_set_state(action, g_variant_new_boolean(state ? 1 : 0))
    }

    /// An action that cannot be carried out now is insensitive wherever it is shown.
    package func setEnabled(_ name: String, _ isEnabled: Bool) {
        guard let action = lookup(name) else { return }
        g_simple_action_set_enabled(action, isEnabled ? 1 : 0)
    }

    /// False, too, for an action that there is not.
    package func isEnabled(_ name: String) -> Bool {
        lookup(name).map { g_action_get_enabled($0) != 0 } ?? false
    }

    /// Does what a person does with a key or a button: nothing when the action is disabled.
    package func activate(_ name: String) {
        guard let action = lookup(name) else { return }
        g_action_activate(action, nil)
    }

    /// The same for an action that needs a text.
    package func activate(_ name: String, _ text: String) {
        guard let action = lookup(name) else { return }
        g_action_activate(action, Variant.string(text).makeGVariant())
    }

    private func lookup(_ name: String) -> OpaquePointer? { g_action_map_lookup_action(OpaquePointer(map), name) }

    private func install(_ action: OpaquePointer?, _ handler: @escaping (SignalArguments) -> Void) {
        guard let action else { return }
        connect(action, "activate", with: handler)
        g_action_map_add_action(OpaquePointer(map), action)
        g_object_unref(action.gobject)
    }
}

/// Sets the keys of an action: `setKeys(application, "win.call", ["<Primary>Return"])`.
package func setKeys(_ application: some GObjectPointer, _ action: String, _ keys: [String]) {
    let strings = keys.map { strdup($0) }
    defer { strings.forEach { free($0) } }
    var list = strings.map { UnsafePointer<CChar>($0) } + [nil]
    gtk_application_set_accels_for_action(
        application.gobject.assumingMemoryBound(to: GtkApplication.self), action, &list)
}
