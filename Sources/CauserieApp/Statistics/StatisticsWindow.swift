import CGtk
import Conference
import GLibKit
import GtkKit
import RTC

/// The figures of one stream in a window of its own: they go on while it is open, and stay when the call is over.
package final class StatisticsWindow {
    package let view: StatisticsView
    let stream: Stream
    private let emulation: EmulationGroup
    private var figures = StatisticsFigures()
    private var observations: [ModelObservation] = []
    private var asking: Task<Void, Never>?
    private var closedHandler: (() -> Void)?

    package init(_ stream: Stream, _ conference: Conference) throws(BuilderError) {
        self.stream = stream
        view = try StatisticsView()
        emulation = try EmulationGroup(
            set: { stream.emulation = $0 },
            cut: { stream.emulate(NetworkEmulation(isCut: true), for: .seconds(10)) })
        emulation.show(stream.emulation)
        view.add(emulation)
        view.onCopyText { [weak self] in self?.copyText() }
        view.onCopyJSON { [weak self] in self?.copyJSON() }
        // What came while it could not be seen is shown when it can be again.
        connect(view.window, "map") { [weak self] in self?.refresh() }
        // Not "destroy": that waits for the last reference, and this holds one.
        connect(
            view.window, "close-request",
            returning: { [weak self] _ in
                self?.closed()
                return false
            })
        observations = [
            ModelObservation({ StatisticsFigures(stream) }) { [weak self] _ in self?.refresh() },
            ModelObservation({ stream.emulation }) { [weak self] network in self?.emulation.show(network) },
            // A stream that was deleted has nothing more to tell.
            ModelObservation({ conference.streams.contains { $0 === stream } }) { [weak self] isThere in
                guard let self, !isThere else { return }
                gtk_window_close(view.window.pointer())
            },
        ]
    }

    isolated deinit { asking?.cancel() }

    /// Shows it beside the window of its stream, with which it closes; or brings it to the front.
    package func present(over parent: GObjectRef) {
        gtk_window_set_transient_for(view.window.pointer(), parent.pointer())
        gtk_window_set_destroy_with_parent(view.window.pointer(), 1)
        // For the application's keys: closing by Ctrl+W.
        gtk_window_set_application(view.window.pointer(), gtk_window_get_application(parent.pointer()))
        gtk_window_present(view.window.pointer())
    }

    /// Calls `handler` when the window is about to go.
    func onClose(_ handler: @escaping () -> Void) { closedHandler = handler }

    private func closed() {
        observations = []
        asking?.cancel()
        closedHandler?()
    }

    // MARK: Figures

    private func refresh() {
        guard view.isMapped else { return }
        asking?.cancel()
        asking = Task { [weak self, stream] in
            let information = await stream.information()
            guard !Task.isCancelled else { return }
            self?.show(information)
        }
    }

    private func show(_ information: StreamInformation) {
        figures = StatisticsFigures(stream)
        figures.information = information
        view.show(figures)
    }

    // MARK: Copying

    private func copyText() { view.copy(StatisticsText.text(figures), saying: tr("Copied as text")) }

    private func copyJSON() {
        Task { [weak self, stream] in
            let text = StatisticsText.json(await stream.statistics())
            self?.view.copy(text, saying: tr("Copied as JSON"))
        }
    }
}

/// The statistics windows that are open: one a stream.
final class StatisticsWindows {
    private var windows: [StatisticsWindow] = []

    /// Opens a stream's window or brings it to the front.
    func show(_ stream: Stream, _ conference: Conference, over parent: GObjectRef) throws(BuilderError) {
        if let open = windows.first(where: { $0.stream === stream }) { return open.present(over: parent) }
        let window = try StatisticsWindow(stream, conference)
        window.onClose { [weak self, weak window] in self?.windows.removeAll { $0 === window } }
        windows.append(window)
        window.present(over: parent)
    }
}
