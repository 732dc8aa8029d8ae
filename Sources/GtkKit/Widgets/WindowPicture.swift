import CGLib
import CGtk
import GLibKit

/// A picture of what a window shows now, as PNG: for tests and their artefacts.
package enum WindowPicture {
    /// Why there is no picture.
    package nonisolated enum Failure: Error, Hashable {
        /// The window is not mapped, or has not been laid out yet.
        case nothingDrawn
        case cannotWrite(String)
    }

    /// Draws a window's contents, popovers aside, into a file.
    package static func write(_ window: some GObjectPointer, to path: String) throws(Failure) {
        let widget = window.gobject.assumingMemoryBound(to: GtkWidget.self)
        let (width, height) = (gtk_widget_get_width(widget), gtk_widget_get_height(widget))
        guard gtk_widget_get_mapped(widget) != 0, width > 0, height > 0,
            let paintable = gtk_widget_paintable_new(widget), let snapshot = gtk_snapshot_new()
        else { throw .nothingDrawn }
        defer { g_object_unref(UnsafeMutableRawPointer(paintable)) }
        gdk_paintable_snapshot(paintable, snapshot, Double(width), Double(height))
        guard let node = gtk_snapshot_free_to_node(snapshot) else { throw .nothingDrawn }
        defer { gsk_render_node_unref(node) }
        guard let renderer = gtk_native_get_renderer(OpaquePointer(window.gobject)) else { throw .nothingDrawn }
        var bounds = graphene_rect_t(
            origin: graphene_point_t(x: 0, y: 0), size: graphene_size_t(width: Float(width), height: Float(height)))
        guard let texture = gsk_renderer_render_texture(renderer, node, &bounds) else { throw .nothingDrawn }
        defer { g_object_unref(UnsafeMutableRawPointer(texture)) }
        guard gdk_texture_save_to_png(texture, path) != 0 else { throw .cannotWrite(path) }
    }
}
