import CGtk
import GLibKit
import GtkKit

/// One correspondent in the list of conversations.
final class ConversationRow {
    /// What it says.
    nonisolated struct Presentation: Equatable, Sendable {
        var id: Int64
        var name: String
        var last: String
        var unread: Int
        var isRequest: Bool
    }

    let root: GObjectRef
    private(set) var presentation: Presentation
    private let avatar: Widget
    private let name: Widget
    private let last: Widget
    private let unread: Widget

    init(_ presentation: Presentation) throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/chat-person.ui"))
        root = try builder.retained("row", gtk_list_box_row_get_type())
        avatar = try builder.object("avatar", adw_avatar_get_type())
        name = try builder.object("name", gtk_label_get_type())
        last = try builder.object("last", gtk_label_get_type())
        unread = try builder.object("unread", gtk_label_get_type())
        self.presentation = presentation
        show(presentation)
    }

    func show(_ new: Presentation) {
        presentation = new
        adw_avatar_set_text(avatar.opaque, new.name)
        gtk_label_set_text(name.opaque, new.name)
        gtk_label_set_text(last.opaque, new.isRequest ? tr("Would like to talk with you") : new.last)
        gtk_label_set_text(unread.opaque, String(new.unread))
        unread.isVisible = new.unread > 0
        let count = new.unread > 0 ? ", " + trn("{count} unread message", "{count} unread messages", new.unread) : ""
        Widget(root).setAccessibleLabel(new.name + count)
    }
}
