import CGtk
import GLibKit
import GtkKit

/// Draws a plot's lines on a drawing area. It is drawn when it is told something else, and only while it can be seen.
final class Plot {
    /// At least so wide are the marks, so that the axes of plots below each other align.
    private static let labelWidth = 52.0

    private let area: Widget
    private var contents: PlotContents?

    init(_ area: Widget) {
        self.area = area
        Canvas.fill(area) { [weak self] in self?.draw($0) }
    }

    func show(_ contents: PlotContents) {
        guard contents != self.contents else { return }
        self.contents = contents
        area.setAccessibleLabel(contents.spoken)
        // Nothing is drawn of what is not mapped; when it comes back, it is drawn anyway.
        if area.isMapped { gtk_widget_queue_draw(area.widget) }
    }

    // MARK: Drawing

    private func draw(_ canvas: Canvas) {
        guard let contents else { return }
        let labels = contents.scale.marks.map { contents.unit.mark($0) }
        let sizes = labels.map { canvas.measure($0) }
        let layout = PlotLayout(
            width: canvas.width, height: canvas.height, labelWidth: max(sizes.map(\.width).max() ?? 0, Self.labelWidth),
            labelHeight: sizes.first?.height ?? 0, contents: contents)
        drawAxes(canvas, layout, labels, labelHeight: sizes.first?.height ?? 0, contents)
        guard !contents.isEmpty else { return drawAbsence(canvas, layout, contents.absence) }
        for (index, series) in contents.series.enumerated() {
            // Dashes come after the line that they might cover.
            for stretch in series.stretches { drawLine(canvas, layout, stretch, index) }
        }
    }

    private func drawAxes(
        _ canvas: Canvas, _ layout: PlotLayout, _ labels: [String], labelHeight: Double, _ contents: PlotContents
    ) {
        cairo_set_line_width(canvas.cairo, 1)
        // Without lines, nothing to read a height of: only the ground is drawn, and no mark runs through the words.
        for (mark, label) in zip(layout.scale.marks, labels).prefix(contents.isEmpty ? 1 : labels.count) {
            // In the middle of a pixel, so that the line is one pixel.
            let y = layout.y(mark).rounded(.down) + 0.5
            canvas.use(canvas.color(named: "plot_grid"))
            cairo_move_to(canvas.cairo, layout.left, y)
            cairo_line_to(canvas.cairo, layout.right, y)
            cairo_stroke(canvas.cairo)
            canvas.use(canvas.color(named: "plot_label"))
            canvas.draw(label, x: layout.left - 8, y: y - labelHeight / 2, alignment: 1)
        }
        canvas.draw(SpanText.ago(contents.span), x: layout.left, y: layout.bottom + 4)
        canvas.draw(contents.isOver ? tr("end") : tr("now"), x: layout.right, y: layout.bottom + 4, alignment: 1)
    }

    private func drawAbsence(_ canvas: Canvas, _ layout: PlotLayout, _ text: String) {
        let size = canvas.measure(text)
        let (x, y) = ((layout.left + layout.right) / 2, (layout.top + layout.bottom) / 2)
        canvas.use(canvas.color(named: "plot_label"))
        canvas.draw(text, x: x, y: y - size.height / 2, alignment: 0.5)
    }

    private func drawLine(
        _ canvas: Canvas, _ layout: PlotLayout, _ stretch: [StatisticsSeries.Point], _ index: Int
    ) {
        let points = layout.points(stretch)
        guard let first = points.first, let last = points.last else { return }
        let style = LineStyle(index)
        canvas.use(canvas.color(named: style.color))
        if points.count == 1 {
            cairo_arc(canvas.cairo, first.x, first.y, 2, 0, 2 * Double.pi)
            return cairo_fill(canvas.cairo)
        }
        cairo_move_to(canvas.cairo, first.x, first.y)
        for point in points.dropFirst() { cairo_line_to(canvas.cairo, point.x, point.y) }
        style.stroke(canvas)
        // The first line stands on a shade of its own: it is found at a glance.
        guard index == 0 else { return }
        cairo_move_to(canvas.cairo, first.x, layout.bottom)
        for point in points { cairo_line_to(canvas.cairo, point.x, point.y) }
        cairo_line_to(canvas.cairo, last.x, layout.bottom)
        canvas.use(canvas.color(named: style.color), alpha: 0.12)
        cairo_fill(canvas.cairo)
    }
}

/// How the lines of a plot differ: by colour, and by dashes for those who see no colours.
struct LineStyle {
    let color: String
    private let dashes: [Double]

    init(_ index: Int) {
        color = index == 0 ? "plot_first" : "plot_second"
        dashes = index == 0 ? [] : [5, 3]
    }

    /// Draws along the path that was laid.
    func stroke(_ canvas: Canvas) {
        cairo_set_line_width(canvas.cairo, 2)
        cairo_set_line_join(canvas.cairo, CAIRO_LINE_JOIN_ROUND)
        cairo_set_dash(canvas.cairo, dashes, Int32(dashes.count), 0)
        cairo_stroke(canvas.cairo)
        cairo_set_dash(canvas.cairo, [], 0, 0)
    }

    /// A short piece of the line, for a legend.
    func drawSample(_ canvas: Canvas) {
        canvas.use(canvas.color(named: color))
        cairo_move_to(canvas.cairo, 0, canvas.height / 2)
        cairo_line_to(canvas.cairo, canvas.width, canvas.height / 2)
        stroke(canvas)
    }
}
