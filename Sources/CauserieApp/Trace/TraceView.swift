import CGtk
import GLibKit
import GtkKit
import Sockets

/// The widgets of a trace window: the route's form, the list of events, the bytes of one.
package final class TraceView {
    package let window: GObjectRef
    let fields: TraceFields
    private let table: TraceTable
    private let detail: TraceDetail
    private let actions: ActionMap
    private let start: Widget
    private let stop: Widget
    private let pages: Widget
    private let listPages: Widget
    private let empty: Widget
    private let search: Widget
    private let clear: Widget
    private let save: Widget
    private let status: Widget
    private let toasts: Widget

    /// - Parameter event: finds an event by its number.
    init(event: @escaping (Int) -> TraceEvent?) throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/trace.ui"))
        window = try builder.retained("trace", adw_window_get_type())
        fields = try TraceFields(builder, window: window)
        table = try TraceTable(builder, event: event)
        detail = try TraceDetail(builder)
        start = try builder.object("start", gtk_button_get_type())
        stop = try builder.object("stop", gtk_button_get_type())
        pages = try builder.object("pages", gtk_stack_get_type())
        listPages = try builder.object("list_pages", gtk_stack_get_type())
        empty = try builder.object("empty", adw_status_page_get_type())
        search = try builder.object("search", gtk_search_entry_get_type())
        clear = try builder.object("clear", gtk_button_get_type())
        save = try builder.object("save", gtk_menu_button_get_type())
        status = try builder.object("status", gtk_label_get_type())
        toasts = try builder.object("toasts", adw_toast_overlay_get_type())
        actions = ActionMap(of: Widget(window), prefix: "trace")
        // The keyboard is in the text inside, which has no name of its own.
        if let inner = gtk_editable_get_delegate(search.opaque) {
            Widget(inner).setAccessibleLabel(tr("Search Events"))
        }
        gtk_search_entry_set_key_capture_widget(search.opaque, Widget(listPages).widget)
        table.onSelect { [detail] in detail.show($0.flatMap(event)) }
    }

    // MARK: What a person does

    func onStart(_ handler: @escaping () -> Void) {
        connect(start, "clicked", handler)
        fields.onActivate(handler)
    }

    func onStop(_ handler: @escaping () -> Void) { connect(stop, "clicked", handler) }

    func onClear(_ handler: @escaping () -> Void) { connect(clear, "clicked", handler) }

    func onSearch(_ handler: @escaping (String) -> Void) {
        let search = search
        connect(search, "search-changed") {
            handler(gtk_editable_get_text(search.opaque).map { String(cString: $0) } ?? "")
        }
    }

    func onSave(_ handler: @escaping (TraceFile) -> Void) {
        for form in TraceFile.allCases { actions.add("save-\(form.rawValue)") { handler(form) } }
    }

    func onClose(_ handler: @escaping () -> Void) {
        connect(
            window, "close-request",
            returning: { _ in
                handler()
                return false
            })
    }

    // MARK: What is shown

    /// - Parameter isStarting: whether a start or stop is under way, which has to be waited for.
    func show(isRunning: Bool, isBusy: Bool) {
        start.isVisible = !isRunning
        stop.isVisible = isRunning
        start.isSensitive = !isBusy
        stop.isSensitive = !isBusy
        fields.isEditable = !isRunning && !isBusy
    }

    /// Shows the page with the route, or the one with the events.
    func show(events: Bool) { gtk_stack_set_visible_child_name(pages.opaque, events ? "events" : "route") }

    func apply(_ change: TraceHistory.Change) { table.apply(change) }

    func show(_ shown: [Int]) {
        table.show(shown)
        detail.show(nil)
    }

    /// - Parameters:
    ///   - kept: how many events there are.
    ///   - isRunning: whether more may come.
    func showEmptiness(kept: Int, isRunning: Bool) {
        let isEmpty = table.count == 0
        gtk_stack_set_visible_child_name(listPages.opaque, isEmpty ? "empty" : "list")
        clear.isSensitive = kept > 0
        save.isSensitive = kept > 0
        guard isEmpty else { return }
        let (title, text) =
            if kept > 0 {
                (tr("Nothing Found"), tr("No event has what you look for."))
            } else if isRunning {
                (tr("No Events Yet"), tr("Point the client at the port below, and it will be seen here."))
            } else {
                (tr("No Events Yet"), tr("Fill in the route and start."))
            }
        adw_status_page_set_title(empty.opaque, title)
        adw_status_page_set_description(empty.opaque, text)
    }

    func show(status text: String) {
        gtk_label_set_text(status.opaque, text)
        status.isVisible = !text.isEmpty
    }

    func showToast(_ text: String) {
        if let toast = adw_toast_new(escapeMarkup(text)) { adw_toast_overlay_add_toast(toasts.opaque, toast) }
    }
}
