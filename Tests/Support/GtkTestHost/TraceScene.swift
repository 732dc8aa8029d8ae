import CGLib
import CGtk
import CauserieApp
import GLibKit
import GtkKit
import Sockets

/// The trace window with a conversation that never was.
final class TraceScene {
    let window: TraceWindow

    init(_ scene: Scene, _ application: GObjectRef, width: Int32, height: Int32) throws {
        window = try TraceWindow()
        gtk_window_set_default_size(window.view.window.pointer(), width, height)
        var form = TraceForm()
        form.port = "5002"
        form.server = "mail.example.org:143"
        if scene == .traceInvalid {
            form.server = "mail.example.org"
            form.speaksTLSToServer = true
        }
        window.fill(form)
        window.present(in: application)
        if scene == .trace || scene == .traceEmpty { window.showEvents() }
        if scene == .trace { window.add(Self.events) }
    }

    /// What is done once everything is on the screen.
    func act(_ scene: Scene) {
        if scene == .traceInvalid { window.start() }
        guard scene == .trace, let table = Self.find(gtk_column_view_get_type(), in: Widget(window.view.window)),
            let model = gtk_column_view_get_model(table.opaque)
        else { return }
        gtk_selection_model_select_item(model, 3, 1)
        // As figures, once; the other form is what everybody begins with.
        guard environment("HEX") != nil,
            let form = Self.find(gtk_drop_down_get_type(), in: Widget(window.view.window))
        else { return }
        gtk_drop_down_set_selected(form.opaque, 1)
    }

    static let events: [TraceEvent] = {
        let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
        let kinds: [TraceEvent.Kind] = [
            .requested, .connected,
            .data(
                .toServer, Array("GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n".utf8),
                names: [.http("GET /chat HTTP/1.1")]),
            .data(.toClient, Array(answer.utf8), names: [.http("HTTP/1.1 101 Switching Protocols")]),
            .data(
                .toServer, [0xC1, 0x87, 1, 2, 3, 4, 0xF3, 0x4A, 0xCE, 0xCD, 0xC8, 0x05, 0x03],
                names: [
                    .frame(TraceName.Frame(opcode: 1, size: 7, isCompressed: true)),
                    .expanded(isText: true, size: 5, beginning: "12 34"),
                ]),
            .data(.toClient, [0x89, 0], names: [.frame(TraceName.Frame(opcode: 9, size: 0))]),
            .data(.toClient, [0, 1, 2, 0xFE, 0xFF], names: []), .finished(.toClient),
            .closed(toServer: 64, toClient: 91, cause: nil),
        ]
        var events = kinds.enumerated().map { event(number: $0, connection: 1, kind: $1) }
        events.append(event(number: 9, connection: 2, kind: .requested))
        events.append(event(number: 10, connection: 2, kind: .failed(SocketError(.refused, "refused"))))
        return events
    }()

    nonisolated static func event(number: Int, connection: Int, kind: TraceEvent.Kind) -> TraceEvent {
        TraceEvent(
            time: 1_700_000_000_000_000_000 + Int64(number) * 1_234_567, connection: connection,
            client: SocketEndpoint(host: "192.0.2.7", port: 50_000 + connection),
            server: SocketEndpoint(host: "2001:db8::1", port: 143), kind: kind)
    }

    private static func find(_ type: GType, in widget: Widget) -> Widget? {
        if CGtk_is_a(widget.gobject, type) != 0 { return widget }
        var child = gtk_widget_get_first_child(widget.widget)
        while let next = child {
            if let found = find(type, in: Widget(next)) { return found }
            child = gtk_widget_get_next_sibling(next)
        }
        return nil
    }
}

/// A thousand events a second for four seconds, as a busy relay's tasks give them: the main thread takes them in few
/// turns and is never away for long.
func traceRateChecks(_ application: GObjectRef) async throws {
    let window = try TraceWindow()
    window.showEvents()
    window.present(in: application)
    try await Task.sleep(for: .milliseconds(300))
    var deliveries = 0
    var taken = 0
    let feed = TraceFeed { events, skipped in
        deliveries += 1
        taken += events.count
        window.add(events, skipped: skipped)
    }
    let clock = ContinuousClock()
    var longest = Duration.zero
    var last = clock.now
    let beat = EventSource.every(.milliseconds(5)) {
        longest = max(longest, last.duration(to: clock.now))
        last = clock.now
    }
    let before = processorSeconds()
    await Task.detached {
        let start = ContinuousClock.now
        for index in 0..<4_000 {
            let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 1_000)
            feed.add(TraceScene.event(number: index, connection: 1, kind: .data(.toServer, bytes, names: [])))
            if index % 10 == 9 { try? await Task.sleep(until: start + .milliseconds(index + 1)) }
        }
    }.value
    report("processorSeconds", processorSeconds() - before)
    for _ in 0..<100 where taken < 4_000 { try await Task.sleep(for: .milliseconds(20)) }
    beat.cancel()
    report("taken", taken)
    report("deliveriesBounded", deliveries < 200)
    report("longestStall", longest)
    // Ten times as many at once: the newest are kept.
    window.add((0..<40_000).map { TraceScene.event(number: $0, connection: 2, kind: .requested) })
    report("kept", window.kept)
    gtk_window_destroy(window.view.window.pointer())
}
