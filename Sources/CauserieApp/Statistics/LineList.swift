import CGtk
import GLibKit
import GtkKit

/// A boxed list of figures and facts: a row for each line.
final class LineList {
    private let group: Widget
    /// Whether what a line says stands at its end, as numbers do, instead of below its title.
    private let isNumeric: Bool
    private var titles: [String] = []
    private var rows: [(row: Widget, value: Widget?)] = []

    /// - Parameter group: an `AdwPreferencesGroup`.
    init(_ group: Widget, isNumeric: Bool = false) {
        self.group = group
        self.isNumeric = isNumeric
    }

    func show(_ lines: [StatisticsLine]) {
        if lines.map(\.title) != titles { rebuild(lines) }
        for (line, row) in zip(lines, rows) {
            if let value = row.value {
                gtk_label_set_text(value.opaque, line.text)
            } else {
                // A row's subtitle is markup, and the text may hold what came from the network.
                adw_action_row_set_subtitle(row.row.pointer(), escapeMarkup(line.text))
            }
        }
        group.isVisible = !lines.isEmpty
    }

    private func rebuild(_ lines: [StatisticsLine]) {
        for row in rows { adw_preferences_group_remove(group.pointer(), row.row.widget) }
        titles = lines.map(\.title)
        rows = lines.map { line in
            let row = Widget(adw_action_row_new())
            adw_preferences_row_set_title(row.pointer(), escapeMarkup(line.title))
            adw_preferences_group_add(group.pointer(), row.widget)
            guard isNumeric else { return (row, nil) }
            let value = Widget(gtk_label_new(nil))
            value.set(class: "numeric", true)
            value.set(class: "dim-label", true)
            adw_action_row_add_suffix(row.pointer(), value.widget)
            return (row, value)
        }
    }
}
