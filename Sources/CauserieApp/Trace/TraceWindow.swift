import CGtk
import GLibKit
import GtkKit
import Sockets

/// A relay between a client and its server, and a window that shows everything that passes.
package final class TraceWindow {
    private enum State {
        case idle
        case starting
        case running(SocketTrace)
        case stopping
    }

    /// What the view asks for by number.
    private final class Events {
        var history = TraceHistory()
    }

    package let view: TraceView
    private let events = Events()
    private var feed: TraceFeed?
    private var state = State.idle
    private var closedHandler: (() -> Void)?

    package init() throws(BuilderError) {
        view = try TraceView { [events] in events.history[$0] }
        view.onStart { [weak self] in self?.start() }
        view.onStop { [weak self] in self?.stop() }
        view.onClear { [weak self] in self?.clear() }
        view.onSearch { [weak self] in self?.find($0) }
        view.onSave { [weak self] in self?.save($0) }
        view.onClose { [weak self] in self?.closed() }
        showState()
    }

    /// Shows it, or brings it to the front.
    package func present(in application: GObjectRef) {
        // For the application's keys: closing by Ctrl+W.
        gtk_window_set_application(view.window.pointer(), application.pointer())
        gtk_window_present(view.window.pointer())
    }

    /// Calls `handler` when the window is about to go.
    package func onClose(_ handler: @escaping () -> Void) { closedHandler = handler }

    /// Fills the form, for the next start.
    package func fill(_ form: TraceForm) { view.fields.show(form) }

    /// Adds events, oldest first.
    ///
    /// - Parameter skipped: how many before them nobody knows any more.
    package func add(_ new: [TraceEvent], skipped: Int = 0) {
        view.apply(events.history.add(new, skipped: skipped))
        showState()
    }

    /// How many events are kept.
    package var kept: Int { events.history.count }

    /// Shows the page with the events.
    package func showEvents() { view.show(events: true) }

    // MARK: Running

    /// Listens and forwards, as the form says; what is wrong with it is said beside the field.
    package func start() {
        guard case .idle = state else { return }
        view.fields.clearNotes()
        let form = view.fields.filled
        let route: SocketTrace.Route
        do throws(TraceForm.Problem) {
            route = try form.route()
        } catch { return refuse(error) }
        state = .starting
        showState()
        let feed = TraceFeed { [weak self] in self?.add($0, skipped: $1) }
        self.feed = feed
        Task { [weak self] in
            do throws(SocketError) {
                let trace = try await SocketTrace.start(route) { feed.add($0) }
                if let self { await self.started(trace) } else { await trace.stop() }
            } catch { self?.failed(form.problem(error)) }
        }
    }

    private func started(_ trace: SocketTrace) async {
        // The window may have been closed meanwhile.
        guard case .starting = state else { return await trace.stop() }
        state = .running(trace)
        view.show(events: true)
        showState()
    }

    private func failed(_ problem: TraceForm.Problem) {
        state = .idle
        showState()
        refuse(problem)
    }

    private func refuse(_ problem: TraceForm.Problem) {
        view.show(events: false)
        view.fields.refuse(problem)
    }

    private func stop() {
        guard case .running(let trace) = state else { return }
        state = .stopping
        showState()
        Task { [weak self] in
            await trace.stop()
            self?.stopped()
        }
    }

    private func stopped() {
        feed?.flush()
        state = .idle
        showState()
    }

    private func closed() {
        if case .running(let trace) = state { Task { await trace.stop() } }
        state = .stopping
        closedHandler?()
    }

    // MARK: The list

    private func find(_ text: String) {
        events.history.find(text)
        view.show(events.history.shown)
        showState()
    }

    private func clear() {
        events.history.clear()
        view.show([])
        showState()
    }

    private func save(_ form: TraceFile) {
        // What is there now, not when the dialog is answered.
        let all = events.history.all
        FileDialog.save(
            tr("Save the Trace"), suggesting: "trace." + form.suffix,
            filter: FileDialog.Filter(name: form.name, pattern: "*." + form.suffix), over: view.window
        ) { [weak self] path in
            Task {
                do throws(TraceFile.Failure) {
                    try await form.write(all, to: path)
                    self?.view.showToast(tr("The trace is saved."))
                } catch {
                    self?.view.showToast(tr("The trace cannot be saved: {reason}", ["reason": error.reason]))
                }
            }
        }
    }

    private func showState() {
        let isRunning = if case .running = state { true } else { false }
        let isBusy =
            switch state {
            case .starting, .stopping: true
            case .idle, .running: false
            }
        view.show(isRunning: isRunning, isBusy: isBusy)
        view.showEmptiness(kept: events.history.count, isRunning: isRunning)
        view.show(status: status)
    }

    private var status: String {
        var parts: [String] = []
        if case .running(let trace) = state, let local = trace.local {
            parts.append(tr("Listening on {address}", ["address": "\(local)"]))
        }
        let history = events.history
        if history.count > 0 {
            parts.append(trn("{count} event", "{count} events", history.count))
            if history.forgotten > 0 {
                parts.append(trn("{count} older one forgotten", "{count} older ones forgotten", history.forgotten))
            }
        }
        return parts.joined(separator: " · ")
    }
}
