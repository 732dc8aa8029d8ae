import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// The preferences of files: where they go, what is taken without a question, and how fast they are sent.
package final class FilesGroup {
    private let folder: Widget
    private let automatic: Widget
    private let speed: Widget
    private let window: GObjectRef
    private var settings = FileSettings()
    private var changed: (FileSettings) -> Void = { _ in }

    /// Bytes of what the rows count in.
    private static let megabyte: Int64 = 1_000_000
    private static let kilobyte: Int64 = 1000

    init(_ builder: Builder, over window: GObjectRef) throws(BuilderError) {
        self.window = window
        folder = try builder.object("files_folder", adw_action_row_get_type())
        automatic = try builder.object("files_automatic", gtk_spin_button_get_type())
        speed = try builder.object("files_speed", gtk_spin_button_get_type())
        connect(try builder.object("files_choose", gtk_button_get_type()), "clicked") { [weak self] in self?.choose() }
        connect(automatic, "value-changed") { [weak self] in
            guard let self else { return }
            settings.automaticLimit = Self.number(automatic) * Self.megabyte
            changed(settings)
        }
        connect(speed, "value-changed") { [weak self] in
            guard let self else { return }
            settings.bytesPerSecond = Self.number(speed) * Self.kilobyte
            changed(settings)
        }
    }

    /// - Parameter changed: takes what a person has set.
    package func show(_ settings: FileSettings, _ changed: @escaping (FileSettings) -> Void) {
        // The rows round what they show: that is no change.
        self.changed = { _ in }
        gtk_spin_button_set_value(automatic.opaque, Double(settings.automaticLimit / Self.megabyte))
        gtk_spin_button_set_value(speed.opaque, Double(settings.bytesPerSecond / Self.kilobyte))
        self.settings = settings
        self.changed = changed
        showFolder()
    }

    private static func number(_ button: Widget) -> Int64 {
        Int64(max(0, gtk_spin_button_get_value_as_int(button.opaque)))
    }

    private func choose() {
        FileDialog.folder(tr("Folder for Received Files"), over: window) { [weak self] path in
            guard let self else { return }
            settings.folder = path
            changed(settings)
            showFolder()
        }
    }

    private func showFolder() {
        adw_action_row_set_subtitle(folder.pointer(), escapeMarkup(settings.place))
    }
}
