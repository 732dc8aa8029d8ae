import CGLib
import CGtk
import GLibKit
import GtkKit
import Sockets

/// The list of events, a row for each. Its model holds their numbers alone; rows are filled when they come into sight.
final class TraceTable {
    private struct Column {
        let title: String
        /// In pixels; nil takes what is left.
        let width: Int32?
        var isNumeric = false
        let text: (TraceEvent) -> String
    }

    private let table: Widget
    private let scroller: Widget
    private let numbers: GObjectRef
    private let selection: GObjectRef
    private let event: (Int) -> TraceEvent?
    private var selectionChange: SignalConnection?
    private var selectHandler: ((Int?) -> Void)?

    /// - Parameter event: finds an event by its number.
    init(_ builder: Builder, event: @escaping (Int) -> TraceEvent?) throws(BuilderError) {
        table = try builder.object("table", gtk_column_view_get_type())
        scroller = try builder.object("scroller", gtk_scrolled_window_get_type())
        self.event = event
        guard let list = gtk_string_list_new(nil), let single = gtk_single_selection_new(list) else {
            throw BuilderError.missing("table", "model")
        }
        // The selection has taken over the list, the table takes over nothing.
        numbers = GObjectRef(retaining: list)
        selection = GObjectRef(adopting: single)
        gtk_single_selection_set_autoselect(single, 0)
        gtk_single_selection_set_can_unselect(single, 1)
        gtk_column_view_set_model(table.opaque, single)
        for column in Self.columns { add(column) }
        selectionChange = connect(selection, "notify::selected") { [weak self] in
            guard let self else { return }
            selectHandler?(selected)
        }
    }

    private static var columns: [Column] {
        [
            Column(title: tr("Time"), width: 112, text: TraceText.time),
            Column(title: tr("Connection"), width: 96, text: { "#\($0.connection)" }),
            Column(title: tr("Direction"), width: 96, text: TraceText.direction),
            Column(title: tr("Bytes"), width: 72, isNumeric: true, text: TraceText.size),
            Column(title: tr("Event"), width: nil, text: TraceText.what),
        ]
    }

    /// Calls `handler` with the number of the event that is selected, or nil.
    func onSelect(_ handler: @escaping (Int?) -> Void) { selectHandler = handler }

    /// Brings the rows in line with a history that has changed; a list whose end is in sight goes on showing it.
    func apply(_ change: TraceHistory.Change) {
        guard change != TraceHistory.Change() else { return }
        let isAtEnd = showsEnd
        splice(at: 0, removing: change.removed, adding: [])
        splice(at: count, removing: 0, adding: change.added)
        if isAtEnd { scrollToEnd() }
    }

    /// Shows these events, from the newest up.
    func show(_ shown: [Int]) {
        splice(at: 0, removing: count, adding: shown)
        scrollToEnd()
    }

    var count: Int { Int(g_list_model_get_n_items(numbers.opaque)) }

    private var selected: Int? {
        gtk_single_selection_get_selected_item(selection.opaque).flatMap { Self.number($0) }
    }

    // MARK: Rows

    private func add(_ column: Column) {
        guard let factory = gtk_signal_list_item_factory_new(),
            let view = gtk_column_view_column_new(column.title, factory)
        else { return }
        let owned = GObjectRef(adopting: view)
        connect(
            factory, "setup",
            with: { arguments in
                guard let item = arguments.object(0), let label = gtk_label_new(nil) else { return }
                let text = Widget(label)
                gtk_label_set_xalign(text.opaque, column.isNumeric ? 1 : 0)
                gtk_label_set_ellipsize(text.opaque, PANGO_ELLIPSIZE_END)
                gtk_label_set_single_line_mode(text.opaque, 1)
                text.set(class: "numeric", column.width != nil)
                // In a narrow window the list is moved sideways rather than shown without what matters.
                if column.width == nil { gtk_label_set_width_chars(text.opaque, 32) }
                gtk_list_item_set_child(OpaquePointer(item), label)
            })
        connect(
            factory, "bind",
            with: { [weak self] arguments in
                guard let self, let item = arguments.object(0).map({ OpaquePointer($0) }),
                    let label = gtk_list_item_get_child(item), let object = gtk_list_item_get_item(item)
                else { return }
                let text = Self.number(object).flatMap(event).map(column.text) ?? ""
                gtk_label_set_text(Widget(label).opaque, text)
            })
        if let width = column.width {
            gtk_column_view_column_set_fixed_width(view, width)
        } else {
            gtk_column_view_column_set_expand(view, 1)
        }
        gtk_column_view_column_set_resizable(view, 1)
        gtk_column_view_append_column(table.opaque, owned.opaque)
    }

    private static func number(_ item: UnsafeMutableRawPointer) -> Int? {
        gtk_string_object_get_string(OpaquePointer(item)).flatMap { Int(String(cString: $0)) }
    }

    private func splice(at place: Int, removing removed: Int, adding added: [Int]) {
        guard removed > 0 || !added.isEmpty else { return }
        let strings = added.map { g_strdup(String($0)) }
        defer { strings.forEach { g_free($0) } }
        var list = strings.map { UnsafePointer<CChar>($0) } + [nil]
        gtk_string_list_splice(numbers.opaque, guint(place), guint(removed), &list)
    }

    // MARK: Scrolling

    private var showsEnd: Bool {
        guard let adjustment = gtk_scrolled_window_get_vadjustment(scroller.opaque) else { return true }
        let end = gtk_adjustment_get_upper(adjustment) - gtk_adjustment_get_page_size(adjustment)
        // Two rows: what came since may not be laid out yet.
        return gtk_adjustment_get_value(adjustment) >= end - 64
    }

    private func scrollToEnd() {
        // The list inside knows how to; the table of GTK 4.8 has no word for it.
        guard count > 0, let list = gtk_widget_get_last_child(table.widget) else { return }
        _ = gtk_widget_activate_action_variant(list, "list.scroll-to-item", g_variant_new_uint32(guint32(count - 1)))
    }
}
