import Conference
import GLibKit

/// What callers mean by a name or an id, or the error that there is none.
extension Conference {
    func findStream(_ name: String) throws(BusFailure) -> Stream {
        guard let stream = stream(named: name) else { throw .notFound("stream", name) }
        return stream
    }

    func findWindow(_ id: String) throws(BusFailure) -> WindowDescription {
        guard let window = windows.first(where: { $0.id == id }) else { throw .notFound("window", id) }
        return window
    }

    func findPane(_ id: String) throws(BusFailure) -> (pane: Pane, window: WindowDescription) {
        for window in windows {
            if let pane = window.panes.first(where: { $0.id == id }) { return (pane, window) }
        }
        throw .notFound("pane", id)
    }
}
