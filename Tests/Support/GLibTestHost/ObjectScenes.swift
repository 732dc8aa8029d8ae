import CGLib
import GLibKit
import Glibc

/// Timeouts, idles and Unix signals: what runs, what cancelling does, and that no closure is left.
func sourcesScene() {
    let baseline = LiveCount.sources.value
    var sources: [EventSource] = []
    var ticks = 0
    sources.append(EventSource.after(.milliseconds(1)) { report("after", isProcessMainThread()) })
    sources.append(EventSource.whenIdle { report("idle", isProcessMainThread()) })
    sources.append(EventSource.after(.seconds(-5)) { report("negative", true) })
    sources.append(EventSource.after(.seconds(Int64.max)) { report("forever", true) })
    var signalled = false
    sources.append(
        EventSource.onUnixSignal(SIGUSR1) {
            signalled = true
            report("signal", isProcessMainThread())
        })
    let cancelled = EventSource.after(.milliseconds(1)) { report("cancelledRan", true) }
    cancelled.cancel()
    cancelled.cancel()
    // Nothing holds this one.
    _ = EventSource.after(.milliseconds(1)) { report("droppedRan", true) }
    sources.append(
        EventSource.every(.milliseconds(2)) {
            ticks += 1
            if ticks == 2 { kill(getpid(), SIGUSR1) }
            if ticks >= 5 && signalled { MainLoop.quit() }
        })
    MainLoop.run()
    report("ticks", ticks >= 5)
    sources = []
    report("left", LiveCount.sources.value - baseline)
}

/// Signals: arguments of each type, answers, details, disconnecting, blocking, and that no closure is left.
func signalsScene() {
    let baseline = LiveCount.signals.value
    for _ in 1...100 { connectAndDrop() }
    report("left", LiveCount.signals.value - baseline)

    let action = GObjectRef(adopting: g_simple_action_new("x", g_variant_type_new("s")))
    var heard: [String] = []
    let first = connect(
        action, "activate",
        with: { arguments in
            heard.append(arguments.variant(0)?.stringValue ?? "?")
            report("wrongType", arguments.int(0) == nil && arguments.string(0) == nil && arguments.object(0) == nil)
            report("outOfBounds", arguments.variant(1) == nil && arguments.variant(-1) == nil)
        })
    activate(action, "one")
    first.whileBlocked { activate(action, "blocked") }
    first.disconnect()
    first.disconnect()
    activate(action, "two")
    report("heard", heard.joined(separator: ","))
    report("connected", first.isConnected)

    var notified = 0
    connect(action, "notify::enabled") { notified += 1 }
    g_simple_action_set_enabled(action.opaque, 0)
    report("notified", notified)

    // A handler that ends its own connection while it runs.
    var once: SignalConnection?
    var count = 0
    once = connect(action, "activate") {
        count += 1
        once?.disconnect()
    }
    g_simple_action_set_enabled(action.opaque, 1)
    activate(action, "three")
    activate(action, "four")
    report("once", count)
    boolSignal()
}

/// `GSocketService::incoming` returns a Boolean; GObject calls the first handler that says true last.
private func boolSignal() {
    let service = GObjectRef(adopting: g_socket_service_new())
    var asked = 0
    connect(
        service, "incoming",
        returning: { _ in
            asked += 1
            return true
        })
    connect(
        service, "incoming",
        returning: { _ in
            asked += 10
            return false
        })
    var error: UnsafeMutablePointer<GError>?
    let port = g_socket_listener_add_any_inet_port(service.pointer(as: GSocketListener.self), nil, &error)
    let client = GObjectRef(adopting: g_socket_client_new())
    let connection = g_socket_client_connect_to_host(
        client.pointer(as: GSocketClient.self), "127.0.0.1", port, nil, &error)
    while asked == 0 { g_main_context_iteration(nil, 1) }
    report("asked", asked)
    if let connection { g_object_unref(connection) }
}

private func activate(_ action: GObjectRef, _ text: String) {
    g_action_activate(action.opaque, Variant.string(text).makeGVariant())
}

private func connectAndDrop() {
    let object = GObjectRef(adopting: g_cancellable_new())
    connect(object, "cancelled") { report("cancelled", true) }
    // A handler that holds another object, which goes with it.
    let other = GObjectRef(adopting: g_cancellable_new())
    connect(object, "notify") { _ = other }
}

/// References: floating and full, retained and adopted, released on the main thread from wherever.
func objectsScene() {
    let baseline = LiveCount.objects.value
    do {
        let floating = newInitiallyUnowned()
        let adopted = GObjectRef(adopting: floating)
        report("sunk", g_object_is_floating(adopted.gobject) == 0 && references(adopted) == 1)
        let second = GObjectRef(retaining: adopted)
        report("retained", references(second))
        let full = GObjectRef(adopting: g_cancellable_new())
        report("full", references(full))
    }
    report("left", LiveCount.objects.value - baseline)
    Task {
        var object: GObjectRef? = GObjectRef(adopting: g_cancellable_new())
        let held = object
        object = nil
        await Task.detached { _ = held }.value
        MainLoop.quit()
    }
    MainLoop.run()
    while LiveCount.objects.value != baseline { g_main_context_iteration(nil, 1) }
    report("leftAfterThread", LiveCount.objects.value - baseline)
}

private func newInitiallyUnowned() -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(g_object_new_with_properties(g_initially_unowned_get_type(), 0, nil, nil))
}

private func references(_ object: GObjectRef) -> Int {
    Int(object.pointer(as: GObject.self).pointee.ref_count)
}
