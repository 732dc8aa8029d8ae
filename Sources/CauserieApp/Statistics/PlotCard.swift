import CGtk
import GLibKit
import GtkKit

/// A plot with its title and the newest figure of each line.
final class PlotCard {
    let root: GObjectRef
    private let title: Widget
    private let plot: Plot
    private let legends: [Legend]

    /// What a line is called, how it looks, and its newest figure.
    private struct Legend {
        let box: Widget
        let name: Widget
        let value: Widget
    }

    init() throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/plot.ui"))
        root = try builder.retained("card", gtk_flow_box_child_get_type())
        title = try builder.object("title", gtk_label_get_type())
        plot = Plot(try builder.object("area", gtk_drawing_area_get_type()))
        var legends: [Legend] = []
        for (index, place) in ["first", "second"].enumerated() {
            Canvas.fill(try builder.object(place + "_line", gtk_drawing_area_get_type())) {
                LineStyle(index).drawSample($0)
            }
            legends.append(
                Legend(
                    box: try builder.widget(place), name: try builder.object(place + "_name", gtk_label_get_type()),
                    value: try builder.object(place + "_value", gtk_label_get_type())))
        }
        self.legends = legends
    }

    func show(_ contents: PlotContents) {
        gtk_label_set_text(title.opaque, contents.title)
        for (index, legend) in legends.enumerated() {
            legend.box.isVisible = contents.series.indices.contains(index)
            guard legend.box.isVisible else { continue }
            gtk_label_set_text(legend.name.opaque, contents.series[index].name)
            legend.name.isVisible = !contents.series[index].name.isEmpty
            gtk_label_set_text(legend.value.opaque, contents.value(index))
        }
        plot.show(contents)
        Widget(root).setAccessibleLabel(contents.spoken)
    }
}
