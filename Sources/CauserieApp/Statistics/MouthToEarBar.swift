import CGtk
import GLibKit
import GtkKit

/// The way from mouth to ear as a bar of its parts, with a legend that names them.
final class MouthToEarBar {
    private let bar: Widget
    private let total: Widget
    private let values: [(name: Widget, value: Widget)]
    private var delay: DelayParts?

    init(_ builder: Builder) throws(BuilderError) {
        bar = try builder.object("delay_bar", gtk_drawing_area_get_type())
        total = try builder.object("delay_total", gtk_label_get_type())
        var values: [(name: Widget, value: Widget)] = []
        for (index, part) in ["capture", "network", "buffer", "playback"].enumerated() {
            Canvas.fill(try builder.object(part + "_swatch", gtk_drawing_area_get_type())) {
                PartStyle(index).fill($0, from: 0, to: $0.width)
            }
            values.append(
                (
                    try builder.object(part + "_name", gtk_label_get_type()),
                    try builder.object(part + "_value", gtk_label_get_type())
                ))
        }
        self.values = values
        Canvas.fill(bar) { [weak self] in self?.draw($0) }
    }

    func show(_ delay: DelayParts) {
        guard delay != self.delay else { return }
        self.delay = delay
        gtk_label_set_text(total.opaque, delay.total)
        for (part, labels) in zip(delay.parts, values) {
            gtk_label_set_text(labels.name.opaque, part.name)
            gtk_label_set_text(labels.value.opaque, part.delay.map(FigureUnit.milliseconds.text) ?? "–")
        }
        bar.setAccessibleLabel(delay.spoken)
        if bar.isMapped { gtk_widget_queue_draw(bar.widget) }
    }

    private func draw(_ canvas: Canvas) {
        cairo_rectangle(canvas.cairo, 0, 0, canvas.width, canvas.height)
        canvas.use(canvas.color(named: "plot_grid"), alpha: 0.5)
        cairo_fill(canvas.cairo)
        guard let delay else { return }
        for (index, range) in delay.ranges.enumerated() where range.lowerBound < range.upperBound {
            PartStyle(index).fill(
                canvas, from: range.lowerBound * canvas.width, to: range.upperBound * canvas.width)
        }
    }
}

/// How the parts of a bar differ: by colour, and by hatching for those who see no colours.
private struct PartStyle {
    private let color: String
    private let hatching: Hatching

    private enum Hatching { case solid, rising, none, falling }

    init(_ index: Int) {
        let styles: [(String, Hatching)] = [
            ("plot_first", .solid), ("plot_second", .rising), ("plot_third", .none), ("plot_fourth", .falling),
        ]
        (color, hatching) = styles[index % styles.count]
    }

    /// Fills the area's height between two edges.
    func fill(_ canvas: Canvas, from left: Double, to right: Double) {
        let cairo = canvas.cairo
        cairo_save(cairo)
        cairo_rectangle(cairo, left, 0, right - left, canvas.height)
        cairo_clip(cairo)
        let color = canvas.color(named: self.color)
        canvas.use(color, alpha: hatching == .solid ? 1 : 0.25)
        cairo_paint(cairo)
        canvas.use(color)
        // The outline's inner half is what the clip leaves: two pixels.
        cairo_set_line_width(cairo, 4)
        cairo_rectangle(cairo, left, 0, right - left, canvas.height)
        cairo_stroke(cairo)
        drawHatching(canvas, from: left, to: right)
        cairo_restore(cairo)
    }

    private func drawHatching(_ canvas: Canvas, from left: Double, to right: Double) {
        guard hatching == .rising || hatching == .falling else { return }
        cairo_set_line_width(canvas.cairo, 1.5)
        let height = canvas.height
        var x = left - height
        while x < right {
            cairo_move_to(canvas.cairo, x, hatching == .rising ? height : 0)
            cairo_line_to(canvas.cairo, x + height, hatching == .rising ? 0 : height)
            x += 6
        }
        cairo_stroke(canvas.cairo)
    }
}
