import CGtk
import GLibKit
import GtkKit

/// Where the dialog's parts are: side by side in a wide window, list and page one after the other in a narrow one.
final class EditStreamsLayout {
    private let leaflet: Widget
    private let sidebar: Widget
    private let page: Widget
    private let panes: Widget
    private let back: Widget
    private let title: Widget
    private var stream = ""
    private var pending: EventSource?

    init(_ builder: Builder) throws(BuilderError) {
        leaflet = try builder.object("leaflet", adw_leaflet_get_type())
        sidebar = try builder.widget("sidebar")
        page = try builder.widget("page")
        panes = try builder.widget("panes_area")
        back = try builder.object("back", gtk_button_get_type())
        title = try builder.object("title", adw_window_title_get_type())
        for signal in ["notify::folded", "notify::visible-child"] {
            // It folds while it is laid out: what follows from that is for the next layout.
            connect(leaflet, signal) { [weak self] in
                self?.pending = EventSource.whenIdle { [weak self] in self?.update() }
            }
        }
        update()
    }

    func showPage() { adw_leaflet_set_visible_child(leaflet.opaque, page.widget) }

    func showList() { adw_leaflet_set_visible_child(leaflet.opaque, sidebar.widget) }

    /// Names the stream that the page is about.
    func setStream(_ name: String) {
        stream = name
        update()
    }

    private func update() {
        let isFolded = adw_leaflet_get_folded(leaflet.opaque) != 0
        let isPage = isFolded && adw_leaflet_get_visible_child(leaflet.opaque) == page.widget
        back.isVisible = isPage
        // A narrow window shows the panes beneath the list only: the page needs the room.
        panes.isVisible = !isPage
        adw_window_title_set_subtitle(title.opaque, isFolded && !isPage ? "" : stream)
        // GTK 4.8 tells screen readers of what is folded away too.
        sidebar.setAccessibleHidden(isPage)
        page.setAccessibleHidden(isFolded && !isPage)
    }
}
