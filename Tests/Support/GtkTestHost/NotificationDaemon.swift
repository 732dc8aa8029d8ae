import CGLib
import CGtk
import GLibKit
import GtkKit

/// Who shows notifications on a desktop: GNOME's way (`org.gtk.Notifications`) or everybody's
/// (`org.freedesktop.Notifications`). Prints what it is shown and what it is to take away; `Press` does what a person does
/// with a button. Its window takes the focus from others.
final class NotificationDaemon {
    /// The one of this process: GDBus's callbacks find it here.
    private static var shared: NotificationDaemon?

    private let connection: BusConnection
    private let name: BusName
    private let window: GObjectRef
    private var count: UInt32 = 0

    fileprivate static let freedesktop = "org.freedesktop.Notifications"
    fileprivate static let gtk = "org.gtk.Notifications"
    private static let path = "/org/freedesktop/Notifications"

    private static let interfaces = """
        <node><interface name="org.freedesktop.Notifications">
          <method name="GetCapabilities"><arg type="as" direction="out"/></method>
          <method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
            <arg type="s" direction="out"/><arg type="s" direction="out"/></method>
          <method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/>
            <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
            <arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
            <arg type="u" direction="out"/></method>
          <method name="CloseNotification"><arg type="u" direction="in"/></method>
          <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
          <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
        </interface><interface name="org.gtk.Notifications">
          <method name="AddNotification"><arg type="s" direction="in"/><arg type="s" direction="in"/>
            <arg type="a{sv}" direction="in"/></method>
          <method name="RemoveNotification"><arg type="s" direction="in"/><arg type="s" direction="in"/></method>
        </interface><interface name="org.causerie.Test">
          <method name="Press"><arg type="u" direction="in"/><arg type="s" direction="in"/></method>
        </interface></node>
        """

    /// - Parameter isGtk: whether it is GNOME's.
    static func start(isGtk: Bool) throws { shared = try NotificationDaemon(isGtk: isGtk) }

    private init(isGtk: Bool) throws {
        let connection = try BusConnection.session()
        self.connection = connection
        let node = try GLibError.check { g_dbus_node_info_new_for_xml(Self.interfaces, $0) }
        var table = GDBusInterfaceVTable()
        table.method_call = answer
        for index in 0..<3 {
            let interface = node?.pointee.interfaces[index]
            let path = index == 1 ? "/org/gtk/Notifications" : Self.path
            _ = try GLibError.check {
                g_dbus_connection_register_object(
                    connection.object.opaque, path, interface, &table, nil, nil, $0)
            }
        }
        name = try BusName(isGtk ? Self.gtk : Self.freedesktop, on: connection)
        window = GObjectRef(adopting: gtk_window_new())
        gtk_window_set_title(window.pointer(), "Daemon")
        gtk_window_set_default_size(window.pointer(), 60, 20)
        gtk_window_set_decorated(window.pointer(), 0)
        gtk_window_present(window.pointer())
        report("ready", 1)
    }

    fileprivate static func call(_ interface: String, _ method: String, _ arguments: [OpaquePointer]) -> [Variant] {
        shared?.call(interface, method, arguments) ?? []
    }

    private func call(_ interface: String, _ method: String, _ arguments: [OpaquePointer]) -> [Variant] {
        switch method {
        case "GetCapabilities": return [.strings(["body", "actions"])]
        case "GetServerInformation":
            return [.string("test"), .string("test"), .string("1"), .string("1.2")]
        case "Notify":
            count += 1
            let replaced = g_variant_get_uint32(arguments[1])
            let number = replaced > 0 ? replaced : count
            let words = [arguments[3], arguments[4]].map(Self.text)
            let actions = (0..<g_variant_n_children(arguments[5])).map { index in
                let child = g_variant_get_child_value(arguments[5], index)
                defer { g_variant_unref(child) }
                return child.map(Self.text) ?? ""
            }
            report("shown", ([String(number)] + words + actions).joined(separator: "\u{241F}"))
            return [.uint32(number)]
        case "CloseNotification":
            close(g_variant_get_uint32(arguments[0]), reason: 3)
            return []
        case "Press":
            let number = g_variant_get_uint32(arguments[0])
            emit("ActionInvoked", [.uint32(number), .string(Self.text(arguments[1]))])
            close(number, reason: 2)
            return []
        case "AddNotification":
            guard let printed = g_variant_print(arguments[2], 0) else { return [] }
            defer { g_free(printed) }
            report(
                "added", [Self.text(arguments[1]), String(cString: printed)].joined(separator: "\u{241F}"))
            return []
        default:
            report("removed", Self.text(arguments[1]))
            return []
        }
    }

    private func close(_ number: UInt32, reason: UInt32) {
        report("closed", "\(number) \(reason)")
        emit("NotificationClosed", [.uint32(number), .uint32(reason)])
    }

    private func emit(_ signal: String, _ arguments: [Variant]) {
        guard let path = ObjectPath(Self.path) else { return }
        connection.emit(path, Self.freedesktop, signal, arguments)
    }

    private static func text(_ variant: OpaquePointer) -> String {
        g_variant_get_string(variant, nil).map { String(cString: $0) } ?? ""
    }
}

/// Not `BusExport`: `Variant` knows no bytes, which are among a notification's hints.
private nonisolated func answer(
    _ connection: OpaquePointer?, _ sender: UnsafePointer<CChar>?, _ path: UnsafePointer<CChar>?,
    _ interface: UnsafePointer<CChar>?, _ method: UnsafePointer<CChar>?, _ parameters: OpaquePointer?,
    _ invocation: OpaquePointer?, _ data: gpointer?
) {
    let (room, name) = (interface.map { String(cString: $0) } ?? "", method.map { String(cString: $0) } ?? "")
    let (arguments, token) = (UInt(bitPattern: parameters), UInt(bitPattern: invocation))
    MainActor.assumeIsolated {
        guard let arguments = OpaquePointer(bitPattern: arguments), let invocation = OpaquePointer(bitPattern: token)
        else { return }
        let parts = (0..<g_variant_n_children(arguments)).compactMap { g_variant_get_child_value(arguments, $0) }
        defer { parts.forEach { g_variant_unref($0) } }
        let values = NotificationDaemon.call(room, name, parts)
        g_dbus_method_invocation_return_value(invocation, Variant.tuple(values).makeGVariant())
    }
}
