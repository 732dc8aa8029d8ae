import CGtk
import GLibKit
import GtkKit

/// The widgets of a statistics window: they show a call's figures, and know nothing of streams.
package final class StatisticsView {
    package let window: GObjectRef
    private let title: Widget
    private let pages: Widget
    private let bottom: Widget
    private let toasts: Widget
    private let quality: Widget
    private let symbol: Widget
    private let copyText: Widget
    private let copyJSON: Widget
    private let plotBox: Widget
    private let bar: MouthToEarBar
    private let delays: LineList
    private let connection: LineList
    private let processor: LineList
    private let emulation: Widget
    private var cards: [PlotCard] = []

    package init() throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/statistics.ui"))
        window = try builder.retained("statistics", adw_window_get_type())
        title = try builder.object("title", adw_window_title_get_type())
        pages = try builder.object("pages", gtk_stack_get_type())
        bottom = try builder.widget("bottom")
        toasts = try builder.object("toasts", adw_toast_overlay_get_type())
        quality = try builder.object("quality", adw_action_row_get_type())
        symbol = try builder.object("quality_symbol", gtk_image_get_type())
        copyText = try builder.object("copy_text", gtk_button_get_type())
        copyJSON = try builder.object("copy_json", gtk_button_get_type())
        plotBox = try builder.object("plots", gtk_flow_box_get_type())
        bar = try MouthToEarBar(builder)
        delays = LineList(try builder.object("delays", adw_preferences_group_get_type()), isNumeric: true)
        connection = LineList(try builder.object("connection", adw_preferences_group_get_type()))
        processor = LineList(try builder.object("processor", adw_preferences_group_get_type()), isNumeric: true)
        emulation = try builder.object("emulation", adw_bin_get_type())
        for _ in StatisticsFigures().plots {
            let card = try PlotCard()
            gtk_flow_box_insert(plotBox.opaque, card.root.pointer(), -1)
            cards.append(card)
        }
        show(StatisticsFigures())
    }

    /// Shows the figures of now.
    package func show(_ figures: StatisticsFigures) {
        adw_window_title_set_subtitle(title.opaque, figures.name)
        gtk_stack_set_visible_child_name(pages.opaque, figures.isEmpty ? "empty" : "figures")
        bottom.isVisible = !figures.isEmpty
        for (card, contents) in zip(cards, figures.plots) { card.show(contents) }
        bar.show(DelayParts(figures.delay))
        delays.show(DelayText.lines(sound: figures.delay, picture: figures.pictureDelay))
        connection.show(figures.information.map(InformationText.lines) ?? [])
        processor.show(ProcessorText.lines(figures.processor))
        let verdict = figures.verdict
        adw_preferences_row_set_title(quality.pointer(), escapeMarkup(verdict.word))
        adw_action_row_set_subtitle(quality.pointer(), escapeMarkup(verdict.sentence))
        let icon = figures.quality.map { QualityMark($0).icon } ?? "causerie-hang-up-symbolic"
        gtk_image_set_from_icon_name(symbol.opaque, icon)
    }

    /// Puts what makes the network worse below the figures.
    package func add(_ group: EmulationGroup) { adw_bin_set_child(emulation.pointer(), group.root.pointer()) }

    package func onCopyText(_ handler: @escaping () -> Void) { connect(copyText, "clicked", handler) }

    package func onCopyJSON(_ handler: @escaping () -> Void) { connect(copyJSON, "clicked", handler) }

    /// Puts a text where others can paste it, and says so.
    package func copy(_ text: String, saying words: String) {
        gdk_clipboard_set_text(gtk_widget_get_clipboard(window.pointer()), text)
        if let toast = adw_toast_new(words) { adw_toast_overlay_add_toast(toasts.opaque, toast) }
    }

    package var isMapped: Bool { Widget(window).isMapped }
}
