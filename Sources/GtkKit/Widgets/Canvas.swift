import CGLib
import CGtk
import GLibKit

/// What a drawing area is drawn on, while it is drawn: cairo's context, the size, and the colours and fonts of the theme.
package struct Canvas {
    /// The context, for cairo's own functions.
    package let cairo: OpaquePointer
    package let width: Double
    package let height: Double
    private let widget: UnsafeMutablePointer<GtkWidget>

    fileprivate init(_ widget: UnsafeMutablePointer<GtkWidget>, _ cairo: OpaquePointer, _ width: Int32, _ height: Int32)
    {
        self.widget = widget
        self.cairo = cairo
        self.width = Double(width)
        self.height = Double(height)
    }

    // MARK: Colours

    /// The style sheet's colour of that name; the text's colour where there is none.
    package func color(named name: String) -> GdkRGBA {
        var color = GdkRGBA()
        let context = gtk_widget_get_style_context(widget)
        if gtk_style_context_lookup_color(context, name, &color) == 0 { gtk_style_context_get_color(context, &color) }
        return color
    }

    /// Draws in this colour from now on, made more transparent by `alpha`.
    package func use(_ color: GdkRGBA, alpha: Double = 1) {
        cairo_set_source_rgba(
            cairo, Double(color.red), Double(color.green), Double(color.blue), Double(color.alpha) * alpha)
    }

    // MARK: Text

    /// The size of a line of text in the area's font.
    package func measure(_ text: String) -> (width: Double, height: Double) {
        guard let layout = layout(text) else { return (0, 0) }
        return size(layout)
    }

    /// Draws a line of text in the colour in use. `x` is its left edge or, for `alignment` 1, its right one; `y` its upper.
    package func draw(_ text: String, x: Double, y: Double, alignment: Double = 0) {
        guard let layout = layout(text) else { return }
        cairo_move_to(cairo, x - size(layout).width * alignment, y)
        pango_cairo_show_layout(cairo, layout.opaque)
    }

    private func layout(_ text: String) -> GObjectRef? {
        gtk_widget_create_pango_layout(widget, text).map { GObjectRef(adopting: $0) }
    }

    private func size(_ layout: GObjectRef) -> (width: Double, height: Double) {
        var (width, height): (Int32, Int32) = (0, 0)
        pango_layout_get_pixel_size(layout.opaque, &width, &height)
        return (Double(width), Double(height))
    }

    // MARK: Drawing areas

    private typealias Function = (Canvas) -> Void

    /// Has a `GtkDrawingArea` drawn by a closure, which lives as long as the area.
    package static func fill(_ area: Widget, _ draw: @escaping (Canvas) -> Void) {
        let box = ClosureBox<Function>(draw, counter: .signals)
        gtk_drawing_area_set_draw_func(area.pointer(), drawArea, box.retainedPointer(), releaseDrawing)
    }

    fileprivate static func call(_ widget: UInt, _ cairo: UInt, _ width: Int32, _ height: Int32, _ data: UInt) {
        guard let widget = UnsafeMutablePointer<GtkWidget>(bitPattern: widget),
            let cairo = OpaquePointer(bitPattern: cairo)
        else { return }
        ClosureBox<Function>.borrow(data)?.function?(Canvas(widget, cairo, width, height))
    }

    fileprivate static func release(_ data: UInt) { ClosureBox<Function>.release(data) }
}

private nonisolated func drawArea(
    _ area: UnsafeMutablePointer<GtkDrawingArea>?, _ cairo: OpaquePointer?, _ width: Int32, _ height: Int32,
    _ data: gpointer?
) {
    // Pointers are not Sendable; this thread already is the main one.
    let (area, cairo, data) = (UInt(bitPattern: area), UInt(bitPattern: cairo), UInt(bitPattern: data))
    MainActor.assumeIsolated { Canvas.call(area, cairo, width, height, data) }
}

private nonisolated func releaseDrawing(_ data: gpointer?) {
    let address = UInt(bitPattern: data)
    MainActor.assumeIsolated { Canvas.release(address) }
}
