import CGLib

/// A signal that came over the bus.
package struct BusEvent {
    /// The sender's unique name.
    package let sender: String?
    package let path: ObjectPath?
    package let interface: String
    package let signal: String
    package let arguments: [Variant]
}

/// Somebody's interest in signals of the bus; it ends with this.
package final class BusSubscription {
    fileprivate typealias Handler = (BusEvent) -> Void
    private let connection: BusConnection
    private let identifier: guint

    fileprivate init(connection: BusConnection, identifier: guint) {
        self.connection = connection
        self.identifier = identifier
    }

    isolated deinit {
        g_dbus_connection_signal_unsubscribe(connection.pointer, identifier)
    }
}

extension BusConnection {
    /// Calls `handler` for each signal that fits; nil fits all. Signals with values that `Variant` does not know are
    /// left out.
    package func subscribe(
        sender: String? = nil, path: ObjectPath? = nil, interface: String? = nil, signal: String? = nil,
        firstArgument: String? = nil, _ handler: @escaping (BusEvent) -> Void
    ) -> BusSubscription {
        let box = ClosureBox<BusSubscription.Handler>(handler, counter: .bus)
        let identifier = g_dbus_connection_signal_subscribe(
            pointer, sender, interface, signal, path?.description, firstArgument, G_DBUS_SIGNAL_FLAGS_NONE,
            receiveSignal, box.retainedPointer(), releaseHandler)
        return BusSubscription(connection: self, identifier: identifier)
    }
}

private nonisolated func receiveSignal(
    _ connection: OpaquePointer?, _ sender: UnsafePointer<CChar>?, _ path: UnsafePointer<CChar>?,
    _ interface: UnsafePointer<CChar>?, _ signal: UnsafePointer<CChar>?, _ parameters: OpaquePointer?, _ data: gpointer?
) {
    guard let parameters, let arguments = (try? Variant(parameters))?.tupleValue else { return }
    let text = { (pointer: UnsafePointer<CChar>?) in pointer.map { String(cString: $0) } }
    let (from, place, room, name) = (text(sender), text(path), text(interface) ?? "", text(signal) ?? "")
    let address = UInt(bitPattern: data)
    MainActor.assumeIsolated {
        let event = BusEvent(
            sender: from, path: place.flatMap { ObjectPath($0) }, interface: room, signal: name, arguments: arguments)
        ClosureBox<BusSubscription.Handler>.borrow(address)?.function?(event)
    }
}

private nonisolated func releaseHandler(_ data: gpointer?) {
    let address = UInt(bitPattern: data)
    MainActor.assumeIsolated { ClosureBox<BusSubscription.Handler>.release(address) }
}
