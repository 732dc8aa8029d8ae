import CGLib
import CGtk
import GLibKit
import GtkKit

/// The widgets of one pane: they show a `PanePresentation` and two videos, and know nothing of calls.
package final class PaneView {
    /// The whole pane.
    package let root: GObjectRef
    package let received = VideoPaintable()
    /// A person expects to see themselves as in a mirror.
    package let sent = VideoPaintable(mirrored: true)
    package private(set) var presentation = PanePresentation()

    /// The context menu.
    let menu: PaneMenu
    private let pages: Widget
    private let picture: Widget
    private let inset: Widget
    private let person: PersonPage
    private let tag: StateTag
    private let notices: NoticeList
    private let endedPage: Widget
    private let againButton: Widget
    private let trustButton: Widget
    private let reachability: Widget
    private let addressButton: Widget
    /// Contacts to be called from the empty page.
    let people: PersonList
    private let peopleList: Widget
    private var hasPeople = false
    /// People on this network to be called from the empty page.
    let found: FoundList
    private let foundBox: Widget
    private var hasFound = false
    /// A contact's picture, by id.
    var photo: (String) -> [UInt8]? = { _ in nil }
    private var sensor: SizeSensor?
    private let emptyPage: Widget
    private var isNarrow = false
    private var isTiny = false
    private var isLarge = false

    package init() throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/pane.ui"))
        root = try builder.retained("pane", gtk_overlay_get_type())
        pages = try builder.object("pages", gtk_stack_get_type())
        picture = try builder.object("picture", gtk_picture_get_type())
        inset = try builder.widget("inset")
        emptyPage = try builder.object("empty_page", adw_status_page_get_type())
        endedPage = try builder.object("ended_page", adw_status_page_get_type())
        againButton = try builder.widget("again_button")
        trustButton = try builder.widget("trust_button")
        addressButton = try builder.widget("address_button")
        reachability = try builder.object("reachable_label", gtk_label_get_type())
        peopleList = try builder.object("people", gtk_list_box_get_type())
        found = FoundList(try builder.object("found", gtk_list_box_get_type()), onlyCalls: true)
        foundBox = try builder.object("found_box", gtk_box_get_type())
        let photos = PhotoSource()
        people = PersonList(peopleList) { photos.photo($0) }
        menu = try PaneMenu(Widget(root))
        person = try PersonPage(builder)
        tag = try StateTag(builder)
        notices = NoticeList(try builder.object("notices", gtk_box_get_type()))
        received.attach(to: picture)
        sent.attach(to: try builder.object("inset_picture", gtk_picture_get_type()))
        watchVisibility()
        focusOnClick()
        sensor = SizeSensor(Widget(root)) { [weak self] width, height in self?.adapt(width: width, height: height) }
        photos.read = { [weak self] in self?.photo($0) }
        show(presentation)
    }

    /// Where the list's pictures come from: the pane is not there yet when the list is made.
    private final class PhotoSource {
        var read: (String) -> [UInt8]? = { _ in nil }

        func photo(_ id: String) -> [UInt8]? { read(id) }
    }

    /// Offers these contacts on the empty page.
    package func showPeople(_ items: [PersonItem]) {
        people.show(items)
        hasPeople = !items.isEmpty
        showEmptyPage(isLarge: isLarge)
    }

    /// Offers these people of this network on the empty page.
    package func showFound(_ items: [FoundItem]) {
        found.show(items)
        hasFound = !items.isEmpty
        showEmptyPage(isLarge: isLarge)
    }

    /// Whether the address button is the one that a person is led to: not when the header bar's is.
    package func setAddressButtonSuggested(_ isSuggested: Bool) {
        addressButton.set(class: "suggested-action", isSuggested)
    }

    /// Fills the large picture from the own camera instead of the other end's: display *sent*.
    package func setShowsSent(_ showsSent: Bool) {
        (showsSent ? sent : received).attach(to: picture)
    }

    /// Shows this; what is the same stays untouched.
    package func show(_ presentation: PanePresentation) {
        self.presentation = presentation
        let pane = Widget(root)
        let isCall = presentation.page == .person || presentation.page == .picture
        pane.set(class: "live", isCall)
        person.show(presentation)
        showTag()
        notices.show(isCall ? presentation.notices : [])
        inset.isVisible = presentation.showsInset && isCall && !isTiny
        tag.setRoom(inset.isVisible ? insetSize.width : 0)
        againButton.isVisible = presentation.canCallAgain
        trustButton.isVisible = presentation.canTrust
        adw_status_page_set_title(endedPage.opaque, tr("Call Ended"))
        adw_status_page_set_description(endedPage.opaque, presentation.page == .ended ? ending(presentation) : nil)
        gtk_label_set_text(reachability.opaque, presentation.reachability)
        reachability.isVisible = !presentation.reachability.isEmpty
        gtk_picture_set_alternative_text(picture.opaque, tr("Picture of {name}", ["name": presentation.name]))
        pane.setAccessibleLabel(accessibleLabel)
        pane.setAccessibleDescription(isCall ? presentation.quality?.sentence ?? "" : "")
        turn(to: presentation.page)
    }

    private func showTag() {
        tag.show(presentation, isVisible: presentation.page == .picture, isNarrow: isNarrow)
    }

    /// With whom, and why it is over; as markup.
    private func ending(_ presentation: PanePresentation) -> String {
        let reason = escapeMarkup(presentation.state)
        return presentation.name.isEmpty ? reason : "<b>" + escapeMarkup(presentation.name) + "</b>\n" + reason
    }

    private func turn(to page: PanePresentation.Page) {
        for other in PanePresentation.Page.allCases {
            guard let child = gtk_stack_get_child_by_name(pages.opaque, other.rawValue) else { continue }
            Widget(child).setAccessibleHidden(other != page)
        }
        gtk_stack_set_visible_child_name(pages.opaque, page.rawValue)
    }

    private var accessibleLabel: String {
        switch presentation.page {
        case .empty: tr("No call")
        case .ended: presentation.state
        case .person, .picture:
            tr("Call with {name}: {state}", ["name": presentation.name, "state": presentation.state])
        }
    }

    /// The controls act on the pane with the focus: a click gives it.
    private func focusOnClick() {
        guard let click = gtk_gesture_click_new() else { return }
        connect(click, "pressed") { [weak self] in
            guard let self else { return }
            Widget(root).focus()
        }
        gtk_widget_add_controller(root.pointer(), click)
    }

    // MARK: Adapting

    /// Keeps what stands at the top clear of a header bar that floats there.
    package func setTopIsCovered(_ isCovered: Bool) { notices.setTop(isCovered ? 62 : 12) }

    private var insetSize: (width: Int32, height: Int32) { isNarrow ? (108, 81) : (168, 126) }

    private func adapt(width: Int, height: Int) {
        isNarrow = width < 560
        isTiny = width < 260 || height < 190
        let isSmall = isTiny || width < 340 || height < 300
        person.setSize(isTiny ? 40 : isSmall ? 72 : 112)
        Widget(root).set(class: "small", isSmall)
        Widget(root).set(class: "tiny", isTiny)
        showEmptyPage(isLarge: width >= 340 && height >= 400)
        inset.isVisible =
            presentation.showsInset && !isTiny && (presentation.page == .person || presentation.page == .picture)
        Widget(root).set(class: "narrow", isNarrow)
        gtk_widget_set_size_request(inset.widget, insetSize.width, insetSize.height)
        tag.setRoom(inset.isVisible ? insetSize.width : 0)
        showTag()
    }

    /// In a small pane the ways to begin are all there is room for.
    private func showEmptyPage(isLarge: Bool) {
        self.isLarge = isLarge
        peopleList.isVisible = hasPeople && isLarge
        foundBox.isVisible = hasFound && isLarge
        // Those whom a person may call are worth more room than a picture.
        adw_status_page_set_icon_name(
            emptyPage.opaque, isLarge && !hasPeople && !hasFound ? "org.causerie.Causerie-symbolic" : nil)
        adw_status_page_set_title(emptyPage.opaque, isLarge ? tr("Talk to Someone") : "")
        adw_status_page_set_description(
            emptyPage.opaque,
            isLarge ? tr("Call a computer by its name or address, or try a test call.") : nil)
        reachability.isVisible = isLarge && !presentation.reachability.isEmpty
        adw_status_page_set_icon_name(endedPage.opaque, isLarge ? "causerie-hang-up-symbolic" : nil)
    }

    /// Shows which of several panes the controls act on.
    package func setActive(_ isActive: Bool) { Widget(root).set(class: "active", isActive) }

    /// Shows where one of several panes ends.
    package func setSeveral(_ isOneOfSeveral: Bool) { Widget(root).set(class: "several", isOneOfSeveral) }

    /// Pictures that nobody can see are not converted.
    private func watchVisibility() {
        let set = { [weak self] (isOpen: Bool) in
            self?.received.mailbox.isOpen = isOpen
            self?.sent.mailbox.isOpen = isOpen
        }
        set(false)
        connect(root, "map") { set(true) }
        connect(root, "unmap") { set(false) }
    }
}
