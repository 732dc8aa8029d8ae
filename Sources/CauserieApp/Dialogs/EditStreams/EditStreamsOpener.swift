import Conference
import GLibKit
import GtkKit

/// A window's *Edit Streams* dialog: one at a time, presented again while it is open.
package final class EditStreamsOpener {
    private let window: WindowDescription
    private let conference: Conference
    private var dialog: EditStreamsDialog?

    package init(_ window: WindowDescription, _ conference: Conference) {
        self.window = window
        self.conference = conference
    }

    /// - Parameter stream: what is shown first; nil for what was shown before.
    package func open(over parent: GObjectRef, selecting stream: Stream? = nil) throws(BuilderError) {
        if dialog == nil {
            dialog = try EditStreamsDialog(window, conference)
            dialog?.onClose { [weak self] in self?.dialog = nil }
        }
        if let stream { dialog?.select(stream) }
        dialog?.present(over: parent)
    }
}
