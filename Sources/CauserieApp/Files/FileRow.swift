import CGtk
import GLibKit
import GtkKit

/// A file in a conversation: its card in a bubble, at the time when it was offered.
final class FileRow: ChatRow {
    let root: GObjectRef
    private(set) var file: ChatPresentation.File
    private let card: FileCard
    private let day: Widget
    private let time: Widget

    init(_ file: ChatPresentation.File, _ card: FileCard) throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/chat-file.ui"))
        root = try builder.retained("row", gtk_list_box_row_get_type())
        let bubble = try builder.object("bubble", gtk_box_get_type())
        let spacer = try builder.object("spacer", gtk_box_get_type())
        day = try builder.object("day", gtk_label_get_type())
        time = try builder.object("time", gtk_label_get_type())
        self.card = card
        self.file = file
        gtk_box_prepend(bubble.pointer(), card.root.pointer())
        bubble.set(class: "own", file.isOwn)
        spacer.isVisible = file.isOwn
        show(file)
    }

    var entry: ChatPresentation.Entry { .file(file) }

    func show(_ entry: ChatPresentation.Entry, from name: String) {
        if case .file(let file) = entry { show(file) }
    }

    private func show(_ new: ChatPresentation.File) {
        file = new
        gtk_label_set_text(day.opaque, new.day ?? "")
        day.isVisible = new.day != nil
        gtk_label_set_text(time.opaque, new.time)
    }
}
