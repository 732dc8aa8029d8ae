import CGtk
import GLibKit
import GtkKit

/// Who it is and how the call stands, while there is no picture.
struct PersonPage {
    private let avatar: Widget
    private let name: Widget
    private let state: Widget
    private let spinner: Widget
    private let verified: Widget

    init(_ builder: Builder) throws(BuilderError) {
        avatar = try builder.object("avatar", adw_avatar_get_type())
        name = try builder.object("person_name", gtk_label_get_type())
        state = try builder.object("person_state", gtk_label_get_type())
        spinner = try builder.object("person_spinner", gtk_spinner_get_type())
        verified = try builder.object("person_verified", gtk_image_get_type())
    }

    /// - Parameter size: the avatar's, pixels.
    func setSize(_ size: Int32) { adw_avatar_set_size(avatar.opaque, size) }

    func show(_ presentation: PanePresentation) {
        adw_avatar_set_text(avatar.opaque, presentation.name)
        gtk_label_set_text(name.opaque, presentation.name)
        gtk_label_set_text(state.opaque, presentation.state)
        gtk_spinner_set_spinning(spinner.opaque, presentation.isWorking ? 1 : 0)
        spinner.isVisible = presentation.isWorking
        verified.isVisible = presentation.isVerified
    }
}
