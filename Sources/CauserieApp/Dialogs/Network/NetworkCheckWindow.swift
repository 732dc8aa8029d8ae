import CGtk
import Conference
import GLibKit
import GtkKit

/// What a network check finds, a row for each thing, as it is found.
package final class NetworkCheckWindow {
    package let window: GObjectRef
    private let findings: Widget
    private let again: Widget
    private let cancel: Widget
    private let copy: Widget
    private let toasts: Widget
    private var rows: [(id: String, row: FindingRow)] = []
    private var text = ""
    private var observation: ModelObservation?
    private var closedHandler: (() -> Void)?

    package init() throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/network-check.ui"))
        window = try builder.retained("network_check", adw_window_get_type())
        findings = try builder.object("findings", gtk_list_box_get_type())
        again = try builder.object("again", gtk_button_get_type())
        cancel = try builder.object("cancel", gtk_button_get_type())
        copy = try builder.object("copy", gtk_button_get_type())
        toasts = try builder.object("toasts", adw_toast_overlay_get_type())
        connect(copy, "clicked") { [weak self] in self?.copyText() }
    }

    /// Shows a model's check, and begins one.
    package convenience init(_ check: NetworkCheck) throws(BuilderError) {
        try self.init()
        connect(again, "clicked") { Task { await check.run() } }
        connect(cancel, "clicked") { check.cancel() }
        connect(
            window, "close-request",
            returning: { [weak self] _ in
                check.cancel()
                self?.closed()
                return false
            })
        observation = ModelObservation({ [check] in Shown(findings: check.findings, isRunning: check.isRunning) }) {
            [weak self] in self?.show($0.findings, isRunning: $0.isRunning)
        }
        Task { await check.run() }
    }

    private nonisolated struct Shown: Hashable, Sendable {
        var findings: [NetworkFinding]
        var isRunning: Bool
    }

    package func present(over parent: GObjectRef) {
        gtk_window_set_transient_for(window.pointer(), parent.pointer())
        gtk_window_present(window.pointer())
    }

    /// Calls `handler` when the window is about to go.
    func onClose(_ handler: @escaping () -> Void) { closedHandler = handler }

    private func closed() {
        observation = nil
        closedHandler?()
    }

    /// The findings so far; those that run have a spinner.
    package func show(_ shown: [NetworkFinding], isRunning: Bool) {
        text = NetworkCheck.text(shown) { Self.sentence($0) }
        again.isVisible = !isRunning
        cancel.isVisible = isRunning
        copy.isSensitive = !shown.isEmpty
        if rows.map(\.id) != shown.map(\.id) { rebuild(shown) }
        for (finding, entry) in zip(shown, rows) { entry.row.show(finding) }
    }

    private func rebuild(_ shown: [NetworkFinding]) {
        for entry in rows { gtk_list_box_remove(findings.opaque, entry.row.root.widget) }
        rows = shown.map { ($0.id, FindingRow($0)) }
        for entry in rows { gtk_list_box_append(findings.opaque, entry.row.root.widget) }
    }

    private func copyText() {
        gdk_clipboard_set_text(gtk_widget_get_clipboard(window.pointer()), text)
        adw_toast_overlay_add_toast(toasts.opaque, adw_toast_new(tr("Copied as text")))
    }

    static func sentence(_ phrase: Phrase) -> String { translated(phrase.text, phrase.values) }
}

/// One row: what was looked at, what was found, and how good that is, as an icon and as a word.
private final class FindingRow {
    let root: Widget
    private let icon: Widget
    private let spinner: Widget
    private let word: Widget

    init(_ finding: NetworkFinding) {
        root = Widget(adw_action_row_new())
        icon = Widget(gtk_image_new())
        spinner = Widget(gtk_spinner_new())
        word = Widget(gtk_label_new(nil))
        adw_preferences_row_set_title(root.pointer(), escapeMarkup(NetworkCheckWindow.sentence(finding.subject)))
        adw_action_row_set_subtitle_lines(root.pointer(), 0)
        adw_action_row_add_prefix(root.pointer(), icon.widget)
        adw_action_row_add_prefix(root.pointer(), spinner.widget)
        adw_action_row_add_suffix(root.pointer(), word.widget)
        word.set(class: "dim-label", true)
        // The word says it already.
        icon.setAccessibleHidden(true)
        spinner.setAccessibleHidden(true)
    }

    func show(_ finding: NetworkFinding) {
        adw_action_row_set_subtitle(root.pointer(), escapeMarkup(NetworkCheckWindow.sentence(finding.sentence)))
        let isRunning = finding.state == .running
        spinner.isVisible = isRunning
        icon.isVisible = !isRunning
        gtk_spinner_set_spinning(spinner.opaque, isRunning ? 1 : 0)
        let (name, style, text) = Self.look(finding.state)
        gtk_image_set_from_icon_name(icon.opaque, name)
        for other in ["success", "warning", "error"] { icon.set(class: other, other == style) }
        gtk_label_set_text(word.opaque, text)
    }

    private static func look(_ state: NetworkFinding.State) -> (icon: String, style: String, word: String) {
        switch state {
        case .running: ("content-loading-symbolic", "", tr("Checking…"))
        case .ok: ("emblem-ok-symbolic", "success", tr("All right"))
        case .warning: ("dialog-warning-symbolic", "warning", tr("Could be better"))
        case .failed: ("dialog-error-symbolic", "error", tr("Does not work"))
        }
    }
}
