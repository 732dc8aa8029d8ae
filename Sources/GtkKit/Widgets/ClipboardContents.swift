import CGLib
import CGtk
import GLibKit

/// What is on a clipboard beside text.
package enum ClipboardContents {
    case files([String])
    case picture(ClipboardPicture)
    /// What was copied as files is none on a disk: the addresses, a line each.
    case links(String)

    /// Reads files, or a picture if there is no text; false when there is neither, and `handler` is not called.
    ///
    /// - Parameter handler: told nothing when whoever has them does not hand them over.
    package static func read(of widget: Widget, _ handler: @escaping (ClipboardContents?) -> Void) -> Bool {
        guard let clipboard = gtk_widget_get_clipboard(widget.widget) else { return false }
        let formats = gdk_clipboard_get_formats(clipboard)
        let has = { (type: GType) in gdk_content_formats_contain_gtype(formats, type) != 0 }
        if has(gdk_file_list_get_type()) {
            read(clipboard, gdk_file_list_get_type()) { value in
                let paths = value.map { FilePaths.paths(in: $0) } ?? []
                let links = value.map { FilePaths.addresses(in: $0) } ?? []
                handler(
                    !paths.isEmpty ? .files(paths) : links.isEmpty ? nil : .links(links.joined(separator: "\n")))
            }
        } else if has(gdk_texture_get_type()), !has(CGLib_type_string()) {
            read(clipboard, gdk_texture_get_type()) { value in
                let texture = value.flatMap { g_value_get_object($0) }
                handler(texture.map { .picture(ClipboardPicture(GObjectRef(retaining: $0))) })
            }
        } else {
            return false
        }
        return true
    }

    fileprivate typealias Answer = (UnsafePointer<GValue>?) -> Void

    private static func read(_ clipboard: OpaquePointer, _ type: GType, _ answer: @escaping Answer) {
        let box = ClosureBox<Answer>(answer, counter: .answers)
        gdk_clipboard_read_value_async(
            clipboard, type, G_PRIORITY_DEFAULT, nil, receiveContents, box.retainedPointer())
    }
}

/// A picture that was copied.
package struct ClipboardPicture {
    private let texture: GObjectRef

    fileprivate init(_ texture: GObjectRef) { self.texture = texture }

    /// False when the disk refuses.
    package func writePNG(to path: String) -> Bool { gdk_texture_save_to_png(texture.opaque, path) != 0 }
}

/// GTK calls this exactly once, on the main thread.
private nonisolated func receiveContents(
    _ source: UnsafeMutablePointer<GObject>?, _ result: OpaquePointer?, _ data: gpointer?
) {
    let address = UInt(bitPattern: data)
    let value = UInt(
        bitPattern: try? GLibError.check {
            gdk_clipboard_read_value_finish(OpaquePointer(source), result, $0)
        })
    MainActor.assumeIsolated {
        let function = ClosureBox<ClipboardContents.Answer>.borrow(address)?.function
        ClosureBox<ClipboardContents.Answer>.release(address)
        function?(UnsafePointer(bitPattern: value))
    }
}
