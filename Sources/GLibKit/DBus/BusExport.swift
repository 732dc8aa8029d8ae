import CGLib

/// An interface shown at a path of the bus, as long as this lives.
package final class BusExport {
    fileprivate typealias Handler = (Call) -> Void

    package let path: ObjectPath
    private let connection: BusConnection
    private let identifier: guint

    /// Shows `object`, which is held, at `path`. Fails when the introspection document is not one, or when the path shows
    /// such an interface already.
    package init(_ object: any BusInterface, at path: ObjectPath, on connection: BusConnection) throws(GLibError) {
        let node = try GLibError.check { g_dbus_node_info_new_for_xml(object.introspection, $0) }
        defer { if let node { g_dbus_node_info_unref(node) } }
        guard let interface = node?.pointee.interfaces?.pointee else { throw .noConnection }
        let box = ClosureBox<Handler>({ Self.answer($0, for: object) }, counter: .bus)
        let data = box.retainedPointer()
        // Without accessors of their own, properties too come as calls: so an error keeps its D-Bus name.
        var table = GDBusInterfaceVTable()
        table.method_call = receiveCall
        do {
            identifier = try GLibError.check {
                g_dbus_connection_register_object(
                    connection.pointer, path.description, interface, &table, data, releaseObject, $0)
            }
        } catch {
            ClosureBox<Handler>.release(UInt(bitPattern: data))
            throw error
        }
        self.path = path
        self.connection = connection
    }

    isolated deinit {
        g_dbus_connection_unregister_object(connection.pointer, identifier)
    }

    // MARK: Answering

    /// What came, with the means to answer it exactly once.
    fileprivate struct Call {
        let interface: String
        let method: String
        let arguments: OpaquePointer?
        let invocation: OpaquePointer

        func reply(_ values: [Variant]) {
            g_dbus_method_invocation_return_value(invocation, Variant.tuple(values).makeGVariant())
        }

        func fail(_ failure: BusFailure) {
            g_dbus_method_invocation_return_dbus_error(invocation, failure.name, failure.message)
        }
    }

    private static func answer(_ call: Call, for object: any BusInterface) {
        do throws(BusFailure) {
            let arguments = try read(call.arguments)
            let isProperties = call.interface == "org.freedesktop.DBus.Properties"
            let reply =
                try isProperties
                ? property(call.method, arguments, of: object) : object.call(call.method, arguments)
            switch reply {
            case .values(let values): call.reply(values)
            case .later(let work): answerLater(call, work)
            }
        } catch { call.fail(error) }
    }

    private static func answerLater(_ call: Call, _ work: @escaping () async throws(BusFailure) -> [Variant]) {
        Task {
            do throws(BusFailure) {
                call.reply(try await work())
            } catch { call.fail(error) }
        }
    }

    private static func read(_ arguments: OpaquePointer?) throws(BusFailure) -> [Variant] {
        guard let arguments else { return [] }
        do {
            return try Variant(arguments).tupleValue ?? []
        } catch { throw .invalidArguments("The arguments cannot be read: \(error).") }
    }

    private static func property(
        _ method: String, _ arguments: [Variant], of object: any BusInterface
    ) throws(BusFailure) -> BusReply {
        // The first argument is the interface, which GLib has found to be this one.
        let name = arguments.count > 1 ? arguments[1].stringValue ?? "" : ""
        switch method {
        case "Get": return .values([.variant(try object.property(name))])
        case "GetAll": return .values([.dictionary(object.allProperties)])
        case "Set" where arguments.count == 3:
            try object.setProperty(name, to: arguments[2].unwrapped)
            return .nothing
        default:
            throw BusFailure(
                name: "org.freedesktop.DBus.Error.UnknownMethod", message: "There is no method \(method).")
        }
    }
}

private nonisolated func receiveCall(
    _ connection: OpaquePointer?, _ sender: UnsafePointer<CChar>?, _ path: UnsafePointer<CChar>?,
    _ interface: UnsafePointer<CChar>?, _ method: UnsafePointer<CChar>?, _ parameters: OpaquePointer?,
    _ invocation: OpaquePointer?, _ data: gpointer?
) {
    let (room, name) = (interface.map { String(cString: $0) } ?? "", method.map { String(cString: $0) } ?? "")
    let (arguments, token, address) = (
        UInt(bitPattern: parameters), UInt(bitPattern: invocation), UInt(bitPattern: data)
    )
    MainActor.assumeIsolated {
        guard let invocation = OpaquePointer(bitPattern: token) else { return }
        let call = BusExport.Call(
            interface: room, method: name, arguments: OpaquePointer(bitPattern: arguments), invocation: invocation)
        if let handler = ClosureBox<BusExport.Handler>.borrow(address)?.function {
            handler(call)
        } else {
            call.fail(BusFailure(name: "org.freedesktop.DBus.Error.UnknownObject", message: "The object is gone."))
        }
    }
}

private nonisolated func releaseObject(_ data: gpointer?) {
    let address = UInt(bitPattern: data)
    MainActor.assumeIsolated { ClosureBox<BusExport.Handler>.release(address) }
}
