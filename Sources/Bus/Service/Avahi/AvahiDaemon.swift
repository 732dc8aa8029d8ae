import GLibKit

/// Avahi's objects on the machine's bus (`org.freedesktop.Avahi`), as far as services are found and announced by them.
final class AvahiDaemon {
    static let name = "org.freedesktop.Avahi"
    /// AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC.
    static let any: Int32 = -1
    /// Milliseconds; the daemon answers from its memory.
    private static let patience: Int32 = 5000

    /// The daemon's answer makes no sense.
    struct NoObject: Error { let method: String }

    let connection: BusConnection

    init(_ connection: BusConnection) { self.connection = connection }

    var isRunning: Bool { (try? BusName.hasOwner(Self.name, on: connection)) ?? false }

    func call(
        _ path: ObjectPath, _ interface: String, _ method: String, _ arguments: [Variant] = []
    ) async throws(GLibError) -> [Variant] {
        try await connection.callLater(
            BusTarget(name: Self.name, path: path, interface: "\(Self.name).\(interface)"), method, arguments,
            timeout: Self.patience)
    }

    /// Has the daemon make an object.
    func make(_ method: String, _ arguments: [Variant] = []) async throws -> ObjectPath {
        let answer = try await call(.root, "Server", method, arguments)
        guard let path = answer.first?.objectPathValue else { throw NoObject(method: method) }
        return path
    }

    /// Lets an object go; nobody waits.
    func free(_ path: ObjectPath, _ interface: String) {
        Task { _ = try? await call(path, interface, "Free") }
    }

    /// A signal of any object of a kind: an object says its first words before its maker has its path.
    func subscribe(
        _ interface: String, _ signal: String, _ handler: @escaping (BusEvent) -> Void
    ) -> BusSubscription {
        connection.subscribe(sender: Self.name, interface: "\(Self.name).\(interface)", signal: signal, handler)
    }

    func watch(_ handler: @escaping (Bool) -> Void) -> BusSubscription {
        BusName.watch(Self.name, on: connection, handler)
    }
}
