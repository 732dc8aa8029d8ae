import CGLib
import CGtk
import GLibKit

/// An interface description from the program's resources. A name that is not in it, or of another type, is an error to
/// throw, not a crash.
package final class Builder {
    private let builder: GObjectRef
    private let resource: String

    /// - Parameter resource: a resource path: `/org/causerie/Causerie/ui/window.ui`.
    package init(resource: String) throws(BuilderError) {
        guard let created = gtk_builder_new() else { throw .unreadable(resource, "no builder") }
        builder = GObjectRef(adopting: created)
        self.resource = resource
        do {
            _ = try GLibError.check { gtk_builder_add_from_resource(created, resource, $0) }
        } catch { throw .unreadable(resource, error.message) }
        nameButtonsByTheirLabels()
    }

    /// GTK 4.8 calls a button with a mnemonic by both its raw text and its label, "_Answer Answer"; this leaves the label.
    private func nameButtonsByTheirLabels() {
        let objects = gtk_builder_get_objects(builder.opaque)
        defer { g_slist_free(objects) }
        var link = objects
        while let node = link?.pointee {
            if let object = node.data, CGtk_is_a(object, gtk_button_get_type()) != 0,
                gtk_button_get_use_underline(object.assumingMemoryBound(to: GtkButton.self)) != 0
            {
                gtk_accessible_reset_property(OpaquePointer(object), GTK_ACCESSIBLE_PROPERTY_LABEL)
            }
            link = node.next
        }
    }

    /// The object of that name, borrowed. `type` is GTK's: `gtk_label_get_type()`.
    package func object(_ name: String, _ type: GType) throws(BuilderError) -> Widget {
        guard let found = gtk_builder_get_object(builder.opaque, name) else { throw .missing(resource, name) }
        guard CGtk_is_a(found, type) != 0 else { throw .wrongType(resource, name) }
        return Widget(found)
    }

    /// The widget of that name, whichever kind.
    package func widget(_ name: String) throws(BuilderError) -> Widget {
        try object(name, gtk_widget_get_type())
    }

    /// A top-level object, held: the builder's own reference goes with the builder.
    package func retained(_ name: String, _ type: GType) throws(BuilderError) -> GObjectRef {
        GObjectRef(retaining: try object(name, type).gobject)
    }
}

/// Why an interface description cannot be used.
package nonisolated enum BuilderError: Error, Hashable, CustomStringConvertible {
    case unreadable(String, String)
    case missing(String, String)
    case wrongType(String, String)

    package var description: String {
        switch self {
        case .unreadable(let resource, let reason): "\(resource) cannot be read: \(reason)"
        case .missing(let resource, let name): "\(resource) has no object \u{201C}\(name)\u{201D}"
        case .wrongType(let resource, let name): "\u{201C}\(name)\u{201D} in \(resource) is of another type"
        }
    }
}
