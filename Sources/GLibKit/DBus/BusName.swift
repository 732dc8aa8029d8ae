import CGLib

/// A well-known name on the bus, ours as long as this lives.
package final class BusName {
    package let name: String
    private let connection: BusConnection
    /// False when somebody else in this process, a GApplication, has it for us.
    private let releases: Bool

    private static let bus = BusTarget(
        name: "org.freedesktop.DBus", path: ObjectPath.root.appending("org").appending("freedesktop").appending("DBus"),
        interface: "org.freedesktop.DBus")

    /// Takes the name; never from its owner, and never waiting for it. Fails with `BusNameError.taken` when another
    /// process has it.
    package init(_ name: String, on connection: BusConnection) throws {
        guard g_dbus_is_name(name) != 0, g_dbus_is_unique_name(name) == 0 else { throw BusNameError.invalid(name) }
        // 4: do not queue.
        let answer = try connection.call(Self.bus, "RequestName", [.string(name), .uint32(4)]).first?.intValue
        // 1: primary owner; 4: this connection owns it already.
        guard answer == 1 || answer == 4 else { throw BusNameError.taken(name) }
        self.name = name
        self.connection = connection
        releases = answer == 1
    }

    isolated deinit {
        if releases && !connection.isClosed { _ = try? connection.call(Self.bus, "ReleaseName", [.string(name)]) }
    }

    /// Whether somebody has a name now.
    package static func hasOwner(_ name: String, on connection: BusConnection) throws(GLibError) -> Bool {
        try connection.call(bus, "NameHasOwner", [.string(name)]).first?.boolValue == true
    }

    /// Calls `handler` whenever a name gets another owner or none: with whether there is one.
    package static func watch(
        _ name: String, on connection: BusConnection, _ handler: @escaping (Bool) -> Void
    ) -> BusSubscription {
        connection.subscribe(
            sender: bus.name, path: bus.path, interface: bus.interface, signal: "NameOwnerChanged", firstArgument: name
        ) { event in
            handler(event.arguments.last?.stringValue?.isEmpty == false)
        }
    }
}

/// Why a bus name is not ours.
package nonisolated enum BusNameError: Error, Hashable, CustomStringConvertible {
    case taken(String)
    case invalid(String)

    package var description: String {
        switch self {
        case .taken(let name): "another process owns \(name)"
        case .invalid(let name): "\(name) is not a valid bus name"
        }
    }
}
