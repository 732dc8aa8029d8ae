import CGLib

extension BusConnection {
    /// Calls a method while the main loop goes on.
    ///
    /// - Parameters:
    ///   - startsService: whether the bus may start the program that has the name.
    ///   - timeout: milliseconds.
    /// - Throws: the remote error, whose `busName` says which; or the local one, a time-out included.
    package func callLater(
        _ target: BusTarget, _ method: String, _ arguments: [Variant] = [], startsService: Bool = false,
        timeout: Int32
    ) async throws(GLibError) -> [Variant] {
        let flags = startsService ? G_DBUS_CALL_FLAGS_NONE : G_DBUS_CALL_FLAGS_NO_AUTO_START
        let result: Result<[Variant], GLibError> = await withCheckedContinuation { continuation in
            let box = ClosureBox<Answer>({ continuation.resume(returning: $0) }, counter: .bus)
            g_dbus_connection_call(
                pointer, target.name, target.path.description, target.interface, method,
                Variant.tuple(arguments).makeGVariant(), nil, flags, timeout, nil, receiveAnswer,
                box.retainedPointer())
        }
        return try result.get()
    }

    fileprivate typealias Answer = (Result<[Variant], GLibError>) -> Void
}

/// GIO calls this exactly once, on the main thread.
private nonisolated func receiveAnswer(
    _ source: UnsafeMutablePointer<GObject>?, _ result: OpaquePointer?, _ data: gpointer?
) {
    let connection = OpaquePointer(source)
    let answer = Result { () throws(GLibError) -> [Variant] in
        let reply = try GLibError.check { g_dbus_connection_call_finish(connection, result, $0) }
        guard let reply else { return [] }
        defer { g_variant_unref(reply) }
        do throws(VariantError) {
            return try Variant(reply).tupleValue ?? []
        } catch { throw GLibError(unreadable: error) }
    }
    let address = UInt(bitPattern: data)
    MainActor.assumeIsolated {
        let box = ClosureBox<BusConnection.Answer>.borrow(address)
        let function = box?.function
        ClosureBox<BusConnection.Answer>.release(address)
        function?(answer)
    }
}
