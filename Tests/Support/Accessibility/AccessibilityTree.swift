import CGLib
import GLibKit

/// What the programs of a session show to assistive technology, over AT-SPI's own bus.
@MainActor
package final class AccessibilityTree: Sendable {
    let connection: BusConnection

    /// Waits until AT-SPI is there: a program that starts sooner would not see it.
    ///
    /// - Parameter sessionBus: the address of the session bus on which `org.a11y.Bus` will be.
    package static func whenReady(sessionBus: String) async throws -> AccessibilityTree {
        for _ in 0..<100 {
            if let tree = try? AccessibilityTree(sessionBus: sessionBus) { return tree }
            try await Task.sleep(for: .milliseconds(50))
        }
        return try AccessibilityTree(sessionBus: sessionBus)
    }

    private init(sessionBus: String) throws(GLibError) {
        let session = try BusConnection(address: sessionBus)
        let path = ObjectPath.root.appending("org").appending("a11y").appending("bus")
        let target = BusTarget(name: "org.a11y.Bus", path: path, interface: "org.a11y.Bus")
        let address = try session.call(target, "GetAddress", timeout: 5000).first?.stringValue ?? ""
        connection = try BusConnection(address: address)
    }

    /// The programs that are there now.
    package var applications: [AccessibleNode] { root.children }

    package func application(named name: String) -> AccessibleNode? { applications.first { $0.name == name } }

    private var root: AccessibleNode {
        let path = ["org", "a11y", "atspi", "accessible", "root"].reduce(ObjectPath.root) { $0.appending($1) }
        return AccessibleNode(busName: "org.a11y.atspi.Registry", path: path, tree: self)
    }

    /// The object that a reference `(so)` means; nil for AT-SPI's way to say none.
    func node(_ reference: Variant) -> AccessibleNode? {
        guard let parts = reference.tupleValue, parts.count == 2, let name = parts[0].stringValue,
            case .objectPath(let path) = parts[1], !name.isEmpty, !path.description.hasSuffix("/null")
        else { return nil }
        return AccessibleNode(busName: name, path: path, tree: self)
    }

    /// The words of a set of states: an array of numbers, which `Variant` does not know.
    func states(of node: AccessibleNode) -> [UInt32] {
        let reply = try? GLibError.check {
            g_dbus_connection_call_sync(
                connection.object.opaque, node.busName, node.path.description, "org.a11y.atspi.Accessible", "GetState",
                nil, nil, G_DBUS_CALL_FLAGS_NO_AUTO_START, 5000, nil, $0)
        }
        guard let tuple = reply ?? nil else { return [] }
        defer { g_variant_unref(tuple) }
        guard g_variant_n_children(tuple) == 1, let words = g_variant_get_child_value(tuple, 0) else { return [] }
        defer { g_variant_unref(words) }
        guard String(cString: g_variant_get_type_string(words)) == "au" else { return [] }
        return (0..<min(g_variant_n_children(words), 4)).map { index in
            let word = g_variant_get_child_value(words, index)
            defer { g_variant_unref(word) }
            return g_variant_get_uint32(word)
        }
    }
}
