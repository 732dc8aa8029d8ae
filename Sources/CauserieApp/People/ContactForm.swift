import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// The fields of a contact's page, and what is wrong with them, each in its place.
final class ContactForm {
    private let name: Widget
    private let address: Widget
    private let note: Widget
    private let avatar: Widget
    private let removePhoto: Widget
    private let nameNote: FieldNote
    private let addressNote: FieldNote
    private let problem: Widget
    private var photo = ContactDraft.Photo.keep
    private var refused: ContactProblem?

    init(_ builder: Builder, _ contact: Contact?, photo bytes: [UInt8]?) throws(BuilderError) {
        name = try builder.object("name", adw_entry_row_get_type())
        address = try builder.object("address", adw_entry_row_get_type())
        note = try builder.object("note", gtk_text_view_get_type())
        avatar = try builder.object("avatar", adw_avatar_get_type())
        removePhoto = try builder.widget("remove_photo")
        nameNote = try FieldNote(builder, "name", field: name, control: Self.text(name))
        addressNote = try FieldNote(builder, "address", field: address, control: Self.text(address))
        problem = try builder.object("problem", gtk_label_get_type())
        Self.text(name).setAccessibleLabel(tr("Name"))
        Self.text(address).setAccessibleLabel(tr("Address"))
        gtk_editable_set_text(name.opaque, contact?.name ?? "")
        gtk_editable_set_text(address.opaque, contact?.address ?? "")
        gtk_text_buffer_set_text(gtk_text_view_get_buffer(note.pointer()), contact?.note ?? "", -1)
        Picture.show(bytes, in: avatar)
        removePhoto.isVisible = bytes != nil
        adw_avatar_set_text(avatar.opaque, contact?.name ?? "")
        connect(name, "changed") { [weak self] in self.map { adw_avatar_set_text($0.avatar.opaque, $0.words($0.name)) }
        }
    }

    private static func text(_ row: Widget) -> Widget {
        gtk_editable_get_delegate(row.opaque).map { Widget($0) } ?? row
    }

    private func words(_ row: Widget) -> String { gtk_editable_get_text(row.opaque).map { String(cString: $0) } ?? "" }

    func focus() { name.focus() }

    func onChange(_ handler: @escaping () -> Void) {
        for row in [name, address] { connect(row, "changed", handler) }
        connect(Widget(gtk_text_view_get_buffer(note.pointer())), "changed", handler)
    }

    func onActivate(_ handler: @escaping () -> Void) {
        for row in [name, address] { connect(row, "entry-activated", handler) }
    }

    func setPhoto(_ photo: ContactDraft.Photo, shown bytes: [UInt8]?) {
        self.photo = photo
        problem.isVisible = false
        Picture.show(bytes, in: avatar)
        removePhoto.isVisible = bytes != nil
    }

    /// What stands there.
    var draft: ContactDraft {
        let buffer = gtk_text_view_get_buffer(note.pointer())
        var (start, end) = (GtkTextIter(), GtkTextIter())
        gtk_text_buffer_get_bounds(buffer, &start, &end)
        let text = gtk_text_buffer_get_text(buffer, &start, &end, 0)
        defer { g_free(text) }
        return ContactDraft(
            name: words(name), address: words(address), note: text.map { String(cString: $0) } ?? "", photo: photo)
    }

    /// Says what is wrong, where it is.
    func refuse(_ problem: ContactProblem) {
        clear()
        refused = problem
        let sentence = translated(problem.description)
        if problem.isAboutName {
            nameNote.refuse(sentence)
            name.focus()
        } else if problem.isAboutAddress {
            addressNote.refuse(sentence)
            address.focus()
        } else {
            gtk_label_set_text(self.problem.opaque, sentence)
            self.problem.isVisible = true
        }
    }

    /// Takes back what was said and is so no more.
    func recheck(_ check: (ContactDraft) -> ContactProblem?) {
        if let refused, check(draft) != refused { clear() }
    }

    private func clear() {
        refused = nil
        nameNote.clear()
        addressNote.clear()
        problem.isVisible = false
    }
}
