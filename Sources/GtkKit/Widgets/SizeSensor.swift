import CGLib
import CGtk
import GLibKit

/// Tells how large an overlay is now: GTK 4.8 has no breakpoints. What the handler changes takes effect in the next
/// layout, never within one.
package final class SizeSensor {
    private let area: Widget
    private var pending: EventSource?
    private var size: (width: Int, height: Int) = (0, 0)

    /// - Parameter overlay: a `GtkOverlay`, which gets an invisible child.
    package init(_ overlay: Widget, _ handler: @escaping (_ width: Int, _ height: Int) -> Void) {
        area = Widget(gtk_drawing_area_new())
        gtk_widget_set_can_target(area.widget, 0)
        gtk_overlay_add_overlay(overlay.opaque, area.widget)
        connect(
            area, "resize",
            with: { [weak self] arguments in
                guard let self, let width = arguments.int(0), let height = arguments.int(1) else { return }
                guard (width, height) != size else { return }
                size = (width, height)
                pending = EventSource.whenIdle { [weak self] in
                    guard let self else { return }
                    handler(size.width, size.height)
                }
            })
    }
}
