import CGLib

/// Where a D-Bus method is: whose, on which object, in which interface.
package nonisolated struct BusTarget: Hashable, Sendable {
    /// A well-known or unique name.
    package var name: String
    package var path: ObjectPath
    package var interface: String

    package init(name: String, path: ObjectPath, interface: String) {
        self.name = name
        self.path = path
        self.interface = interface
    }
}

/// A connection to a message bus. Its callbacks come on the main thread, while the main loop runs.
package final class BusConnection {
    /// For GIO functions that are not wrapped here.
    package let object: GObjectRef

    var pointer: OpaquePointer { object.opaque }

    /// The user's session bus; GApplication, in the same process, has the same connection.
    package static func session() throws(GLibError) -> BusConnection {
        let connection = try GLibError.check { g_bus_get_sync(G_BUS_TYPE_SESSION, nil, $0) }
        guard let connection else { throw .noConnection }
        return BusConnection(adopting: connection)
    }

    /// The machine's bus, for its services. Fails where there is none.
    package static func system() throws(GLibError) -> BusConnection {
        let connection = try GLibError.check { g_bus_get_sync(G_BUS_TYPE_SYSTEM, nil, $0) }
        guard let connection else { throw .noConnection }
        return BusConnection(adopting: connection)
    }

    /// A bus at an address: `unix:path=...`.
    package init(address: String) throws(GLibError) {
        let flags = GDBusConnectionFlags(
            G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT.rawValue
                | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION.rawValue)
        let connection = try GLibError.check { g_dbus_connection_new_for_address_sync(address, flags, nil, nil, $0) }
        guard let connection else { throw .noConnection }
        object = GObjectRef(adopting: connection)
    }

    private init(adopting connection: OpaquePointer) {
        object = GObjectRef(adopting: connection)
        // A call need not end because the session's bus does.
        g_dbus_connection_set_exit_on_close(connection, 0)
    }

    package var isClosed: Bool { g_dbus_connection_is_closed(pointer) != 0 }

    /// Calls a method and waits for its answer, the main loop standing still: for command-line programs, and for the bus
    /// itself. Starts no service.
    ///
    /// - Parameter timeout: milliseconds; 25 seconds when not given.
    /// - Throws: the remote error, whose `busName` says which; or the local one.
    @discardableResult
    package func call(
        _ target: BusTarget, _ method: String, _ arguments: [Variant] = [], timeout: Int32 = -1
    ) throws(GLibError) -> [Variant] {
        let reply = try GLibError.check {
            g_dbus_connection_call_sync(
                pointer, target.name, target.path.description, target.interface, method,
                Variant.tuple(arguments).makeGVariant(), nil, G_DBUS_CALL_FLAGS_NO_AUTO_START, timeout, nil, $0)
        }
        guard let reply else { return [] }
        defer { g_variant_unref(reply) }
        do {
            return try Variant(reply).tupleValue ?? []
        } catch { throw GLibError(unreadable: error) }
    }

    /// Tells everyone that listens. Does nothing on a closed connection.
    package func emit(_ path: ObjectPath, _ interface: String, _ signal: String, _ arguments: [Variant]) {
        // False means a closed connection or a name that is none: nobody can be told either way.
        _ = g_dbus_connection_emit_signal(
            pointer, nil, path.description, interface, signal, Variant.tuple(arguments).makeGVariant(), nil)
    }

    /// Waits until what was sent has left the process: before it ends.
    package func flush() {
        _ = g_dbus_connection_flush_sync(pointer, nil, nil)
    }
}

extension GLibError {
    static nonisolated let noConnection = GLibError(domain: "causerie-bus", code: 0, message: "no message bus")

    init(unreadable error: VariantError) {
        self.init(domain: "causerie-bus", code: 1, message: "the answer cannot be read: \(error)")
    }
}
