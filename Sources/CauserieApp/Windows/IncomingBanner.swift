import CGLib
import CGtk
import GLibKit
import GtkKit

/// The line under the header bar that says who calls, with *Decline* and *Answer*.
package final class IncomingBanner {
    package let root: GObjectRef

    private let layout: Widget
    private let avatar: Widget
    private let title: Widget
    private let detail: Widget
    private let answerButton: Widget
    private let addButton: Widget

    init() throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/incoming.ui"))
        root = try builder.retained("banner", gtk_revealer_get_type())
        layout = try builder.object("layout", gtk_box_get_type())
        avatar = try builder.object("avatar", adw_avatar_get_type())
        title = try builder.object("title", gtk_label_get_type())
        detail = try builder.object("detail", gtk_label_get_type())
        answerButton = try builder.widget("answer_button")
        addButton = try builder.widget("add_button")
        layout.setAccessibleHidden(true)
    }

    package private(set) var isShown = false

    /// Says who calls; nil when nobody does.
    ///
    /// - Parameter isStranger: whether the caller can be made a contact.
    package func show(_ caller: (name: String, address: String)?, isStranger: Bool = false) {
        isShown = caller != nil
        gtk_revealer_set_reveal_child(root.opaque, isShown ? 1 : 0)
        // While it slides away it keeps its words, but nothing that could be pressed.
        layout.isSensitive = isShown
        layout.setAccessibleHidden(!isShown)
        guard let caller else { return }
        addButton.isVisible = isStranger
        adw_avatar_set_text(avatar.opaque, caller.name)
        gtk_label_set_text(title.opaque, tr("{name} is calling", ["name": caller.name]))
        gtk_label_set_text(detail.opaque, caller.address)
        detail.isVisible = !caller.address.isEmpty
    }

    package func focusAnswer() { answerButton.focus() }

    /// In a narrow window the answers stand below the words.
    func setNarrow(_ isNarrow: Bool) {
        gtk_orientable_set_orientation(
            layout.opaque, isNarrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL)
    }
}
