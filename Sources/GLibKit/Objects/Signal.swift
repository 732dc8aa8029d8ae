import CGLib
import CGLibShim

/// What a signal's handler is: gets the arguments, may return a Boolean.
private typealias SignalFunction = (SignalArguments) -> Bool

/// A handler connected to a GObject's signal. It lives as long as the object does; keep this only to end it sooner.
package final class SignalConnection {
    private let object: UnsafeMutableRawPointer
    private let box: ClosureBox<SignalFunction>
    private let identifier: gulong

    fileprivate init(object: UnsafeMutableRawPointer, box: ClosureBox<SignalFunction>, identifier: gulong) {
        self.object = object
        self.box = box
        self.identifier = identifier
    }

    package var isConnected: Bool { box.function != nil }

    /// Ends the connection. Harmless afterwards, and when the object is gone.
    package func disconnect() {
        if isConnected { g_signal_handler_disconnect(object, identifier) }
    }

    /// Runs `body` without the handler being called: for a change that the program makes itself.
    package func whileBlocked<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard isConnected else { return try body() }
        g_signal_handler_block(object, identifier)
        defer { if isConnected { g_signal_handler_unblock(object, identifier) } }
        return try body()
    }
}

/// Connects a handler that needs none of the signal's arguments. `signal` may carry a detail: `notify::title`.
@discardableResult
package func connect(
    _ object: some GObjectPointer, _ signal: String, after: Bool = false, _ handler: @escaping () -> Void
) -> SignalConnection {
    connectFunction(object.gobject, signal, after: after) { _ in
        handler()
        return false
    }
}

/// Connects a handler that reads the signal's arguments: `connect(click, "pressed", with: { $0.double(1) })`.
@discardableResult
package func connect(
    _ object: some GObjectPointer, _ signal: String, after: Bool = false,
    with handler: @escaping (SignalArguments) -> Void
) -> SignalConnection {
    connectFunction(object.gobject, signal, after: after) {
        handler($0)
        return false
    }
}

/// Connects a handler to a signal that asks a yes-or-no question, such as `close-request` or `key-pressed`: true means
/// handled.
@discardableResult
package func connect(
    _ object: some GObjectPointer, _ signal: String, after: Bool = false,
    returning handler: @escaping (SignalArguments) -> Bool
) -> SignalConnection {
    connectFunction(object.gobject, signal, after: after, handler)
}

private func connectFunction(
    _ object: UnsafeMutableRawPointer, _ signal: String, after: Bool, _ function: @escaping SignalFunction
) -> SignalConnection {
    let box = ClosureBox(function, counter: .signals)
    let data = box.retainedPointer()
    let identifier = CGLibShim_signal_connect(object, signal, marshalSignal, data, releaseSignal, after ? 1 : 0)
    if identifier == 0 {
        ClosureBox<SignalFunction>.release(UInt(bitPattern: data))
        let type = g_type_name(CGLib_type_of(object)).map { String(cString: $0) } ?? "?"
        assertionFailure("\(type) has no signal \(signal)")
    }
    return SignalConnection(object: object, box: box, identifier: identifier)
}

/// One entry from C for every signal: GLib describes the arguments, so that none can be misread.
private nonisolated func marshalSignal(
    _ closure: UnsafeMutablePointer<GClosure>?, _ result: UnsafeMutablePointer<GValue>?, _ count: guint,
    _ values: UnsafePointer<GValue>?, _ hint: gpointer?, _ marshalData: gpointer?
) {
    // Raw pointers are not Sendable; nothing else happens between here and the main actor, which this thread already is.
    let data = UInt(bitPattern: closure?.pointee.data)
    let base = UInt(bitPattern: values)
    let answer = MainActor.assumeIsolated { () -> Bool in
        guard let function = ClosureBox<SignalFunction>.borrow(data)?.function else { return false }
        return function(SignalArguments(UnsafePointer(bitPattern: base), count: Int(count)))
    }
    if let result, g_type_check_value_holds(result, CGLib_type_boolean()) != 0 {
        g_value_set_boolean(result, answer ? 1 : 0)
    }
}

private nonisolated func releaseSignal(_ data: gpointer?, _ closure: UnsafeMutablePointer<GClosure>?) {
    let address = UInt(bitPattern: data)
    MainActor.assumeIsolated { ClosureBox<SignalFunction>.release(address) }
}
