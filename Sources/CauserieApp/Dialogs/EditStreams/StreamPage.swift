import CGtk
import Conference
import GLibKit
import GtkKit

/// The page with all properties of the selected stream, shown as they are now, whoever changes them.
final class StreamPage {
    private let identity: IdentityGroup
    private let groups: [any StreamGroup]
    private let editing: StreamEditing
    private var shown: StreamSnapshot?
    private var observation: ModelObservation?

    /// - Parameter page: an `AdwPreferencesPage`.
    init(_ page: Widget, _ editing: StreamEditing) throws(BuilderError) {
        self.editing = editing
        identity = try IdentityGroup(editing)
        groups = [
            identity, try SentGroup(editing), try ReceivedGroup(editing), try PictureGroup(editing),
            try SoundGroup(editing),
        ]
        for group in groups { adw_preferences_page_add(page.pointer(), group.root.pointer()) }
    }

    /// Shows another stream.
    func select(_ stream: Stream) {
        guard editing.stream !== stream else { return }
        commit()
        editing.stream = stream
        shown = nil
        let conference = editing.conference
        show(StreamSnapshot(stream, devices: conference.devices))
        observation = ModelObservation({ StreamSnapshot(stream, devices: conference.devices) }) { [weak self] in
            self?.show($0)
        }
    }

    /// Sets what is typed and not confirmed yet.
    func commit() {
        guard editing.stream != nil else { return }
        for group in groups { group.commit() }
    }

    /// Whether something is typed and not confirmed yet.
    var isTyping: Bool { groups.contains { $0.isTyping } }

    func rename() { identity.rename() }

    /// Ends with the dialog.
    func close() {
        commit()
        observation = nil
    }

    private func show(_ now: StreamSnapshot) {
        guard now.id == editing.stream?.id else { return }
        for group in groups { group.show(now, before: shown) }
        shown = now
    }
}
