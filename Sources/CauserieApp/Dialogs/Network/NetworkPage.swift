import CGtk
import Conference
import GLibKit
import GtkKit

/// The preferences' page about the network: servers, interfaces, ports. What is changed is set at once, for the next call.
package final class NetworkPage {
    package let root: GObjectRef
    private let builder: Builder
    private let serverGroup: Widget
    private let interfaceGroup: Widget
    private let relayRow: Widget
    private let relayOnly: Widget
    private let lanOnly: Widget
    private let trafficRow: Widget
    private let mediaPorts: Widget
    private var serverRows: [Widget] = []
    private var interfaceRows: [Widget] = []
    private var settings = NetworkSettings()
    private var shownInterfaces: [NetworkInterfaceChoice] = []
    /// While the switches are being brought in line with the settings.
    private var isShowing = false
    private var editor: ServerDialog?
    private let change: (NetworkSettings) throws -> Void
    private let say: (String) -> Void

    /// - Parameters:
    ///   - change: takes new settings, or throws why not.
    ///   - check: opens the network check.
    ///   - say: shows a sentence for a moment.
    package init(
        change: @escaping (NetworkSettings) throws -> Void, check: @escaping () -> Void,
        say: @escaping (String) -> Void
    ) throws(BuilderError) {
        builder = try Builder(resource: resourcePath("ui/preferences-network.ui"))
        root = try builder.retained("network_page", adw_preferences_page_get_type())
        serverGroup = try builder.object("servers", adw_preferences_group_get_type())
        interfaceGroup = try builder.object("interfaces", adw_preferences_group_get_type())
        relayRow = try builder.object("relay_row", adw_action_row_get_type())
        relayOnly = try builder.object("relay_only", gtk_switch_get_type())
        lanOnly = try builder.object("lan_only", gtk_switch_get_type())
        trafficRow = try builder.object("traffic_row", adw_action_row_get_type())
        mediaPorts = try builder.object("media_ports", adw_entry_row_get_type())
        self.change = change
        self.say = say
        connect(try builder.object("add_server", gtk_button_get_type()), "clicked") { [weak self] in
            self?.edit(nil)
        }
        connect(try builder.object("check", gtk_button_get_type()), "clicked") { check() }
        connect(relayOnly, "notify::active") { [weak self] in
            guard let self, !isShowing else { return }
            let isOn = gtk_switch_get_active(relayOnly.opaque) != 0
            apply { $0.relayOnly = isOn }
        }
        connect(lanOnly, "notify::active") { [weak self] in
            guard let self, !isShowing else { return }
            let isOn = gtk_switch_get_active(lanOnly.opaque) != 0
            apply { $0.lanOnly = isOn }
        }
        connect(mediaPorts, "apply") { [weak self] in self?.applyPorts() }
    }

    /// Brings the page in line with what is set.
    package func show(_ settings: NetworkSettings, interfaces: [NetworkInterfaceChoice]) {
        let isFirst = serverRows.isEmpty && interfaceRows.isEmpty
        let old = self.settings
        self.settings = settings
        isShowing = true
        defer { isShowing = false }
        if isFirst || old.servers != settings.servers { showServers() }
        if isFirst || old.interfaces != settings.interfaces || shownInterfaces != interfaces { show(interfaces) }
        showSwitches()
        trafficRow.isVisible = settings.lanOnly
        relayRow.isSensitive = settings.relayOnly || settings.servers.contains(where: \.isRelay)
        if isFirst || old.mediaPorts != settings.mediaPorts {
            gtk_editable_set_text(mediaPorts.opaque, settings.mediaPorts.map { NetworkSettings.text($0) } ?? "")
        }
    }

    private func showSwitches() {
        gtk_switch_set_active(relayOnly.opaque, settings.relayOnly ? 1 : 0)
        gtk_switch_set_active(lanOnly.opaque, settings.lanOnly ? 1 : 0)
    }

    /// Whether the page is on the screen.
    package var isShown: Bool { Widget(root).isMapped }

    /// Says what the promise of the network alone has come to so far.
    package func show(_ sent: [SentLocally], refused: Int) {
        let total = sent.reduce(0) { $0 + $1.packets }
        let sentence = tr(
            "Sent on this network: {count} packets. Refused to other networks: {refused}.",
            ["count": String(total), "refused": String(refused)])
        adw_preferences_row_set_title(trafficRow.pointer(), escapeMarkup(sentence))
        let places = sent.map { sent in
            let name =
                switch sent.interface {
                case "lo": tr("this computer")
                case "multicast": tr("looking up names")
                default: sent.interface
                }
            return tr("{title}: {value}", ["title": name, "value": String(sent.packets)])
        }
        adw_action_row_set_subtitle(trafficRow.pointer(), escapeMarkup(places.joined(separator: ", ")))
    }

    private func apply(_ change: (inout NetworkSettings) -> Void) {
        var new = settings
        change(&new)
        do {
            try self.change(new)
        } catch {
            say(translated("\(error)"))
            // What is shown is what is set.
            isShowing = true
            showSwitches()
            isShowing = false
        }
    }

    private func applyPorts() {
        let text = gtk_editable_get_text(mediaPorts.opaque).map { String(cString: $0) } ?? ""
        let ports = NetworkSettings.ports(text.filter { !$0.isWhitespace })
        mediaPorts.set(class: "error", !text.isEmpty && ports == nil)
        guard text.isEmpty || ports != nil else {
            return say(translated("\(NetworkSettingsProblem.invalidPorts)"))
        }
        apply { $0.mediaPorts = ports }
    }

    // MARK: Servers

    private func showServers() {
        for row in serverRows { adw_preferences_group_remove(serverGroup.pointer(), row.widget) }
        serverRows = settings.servers.isEmpty ? [emptyRow()] : settings.servers.map { row($0) }
        for row in serverRows { adw_preferences_group_add(serverGroup.pointer(), row.widget) }
    }

    private func emptyRow() -> Widget {
        let row = Widget(adw_action_row_new())
        adw_preferences_row_set_title(row.pointer(), tr("No server is set"))
        adw_action_row_set_subtitle(row.pointer(), tr("Calls stay on this network."))
        return row
    }

    private func row(_ server: NetworkSettings.Server) -> Widget {
        let row = Widget(adw_action_row_new())
        adw_preferences_row_set_title(row.pointer(), escapeMarkup(server.uri))
        if server.isRelay {
            let note =
                server.password == nil
                ? tr("{user}, password not known", ["user": server.user]) : server.user
            adw_action_row_set_subtitle(row.pointer(), escapeMarkup(note))
        }
        addButton("document-edit-symbolic", tr("Edit {server}", ["server": server.uri]), to: row) { [weak self] in
            self?.edit(server)
        }
        addButton("user-trash-symbolic", tr("Remove {server}", ["server": server.uri]), to: row) { [weak self] in
            self?.apply { settings in
                settings.servers.removeAll { $0.uri == server.uri }
                if !settings.servers.contains(where: \.isRelay) { settings.relayOnly = false }
            }
        }
        return row
    }

    private func addButton(_ icon: String, _ name: String, to row: Widget, _ action: @escaping () -> Void) {
        let button = Widget(gtk_button_new_from_icon_name(icon))
        button.set(class: "flat", true)
        gtk_widget_set_valign(button.widget, GTK_ALIGN_CENTER)
        button.tooltip = name
        button.setAccessibleLabel(name)
        connect(button, "clicked", action)
        adw_action_row_add_suffix(row.pointer(), button.widget)
    }

    private func edit(_ server: NetworkSettings.Server?) {
        guard let parent = gtk_widget_get_root(root.pointer()) else { return }
        do throws(BuilderError) {
            let dialog = try ServerDialog(server.map { ServerForm($0) } ?? ServerForm()) { [weak self] new in
                guard let self else { return }
                var settings = settings
                settings.servers.removeAll { $0.uri == new.uri && $0.uri != server?.uri }
                if let index = settings.servers.firstIndex(where: { $0.uri == server?.uri }) {
                    settings.servers[index] = new
                } else {
                    settings.servers.append(new)
                }
                if !settings.servers.contains(where: \.isRelay) { settings.relayOnly = false }
                try change(settings)
            }
            editor = dialog
            dialog.present(over: GObjectRef(retaining: Widget(parent).gobject))
        } catch { say("\(error)") }
    }

    // MARK: Interfaces

    private func show(_ interfaces: [NetworkInterfaceChoice]) {
        for row in interfaceRows { adw_preferences_group_remove(interfaceGroup.pointer(), row.widget) }
        shownInterfaces = interfaces
        let missing = settings.interfaces.filter { name in !interfaces.contains { $0.name == name } }
        let all = interfaces + missing.map { NetworkInterfaceChoice(name: $0, addresses: []) }
        interfaceRows = all.map { row($0) }
        for row in interfaceRows { adw_preferences_group_add(interfaceGroup.pointer(), row.widget) }
    }

    private func row(_ interface: NetworkInterfaceChoice) -> Widget {
        let row = Widget(adw_action_row_new())
        let control = Widget(gtk_switch_new())
        gtk_widget_set_valign(control.widget, GTK_ALIGN_CENTER)
        control.setAccessibleLabel(interface.name)
        let isOn = settings.interfaces.isEmpty || settings.interfaces.contains(interface.name)
        gtk_switch_set_active(control.opaque, isOn ? 1 : 0)
        adw_preferences_row_set_title(row.pointer(), escapeMarkup(interface.name))
        adw_action_row_set_subtitle(
            row.pointer(),
            interface.addresses.isEmpty ? tr("Not there now") : interface.addresses.joined(separator: ", "))
        adw_action_row_add_suffix(row.pointer(), control.widget)
        adw_action_row_set_activatable_widget(row.pointer(), control.widget)
        connect(control, "notify::active") { [weak self] in
            guard let self, !isShowing else { return }
            choose(interface.name, gtk_switch_get_active(control.opaque) != 0)
        }
        return row
    }

    /// All of them is the same as no choice: then one that is plugged in later is used too.
    private func choose(_ name: String, _ isOn: Bool) {
        let names = shownInterfaces.map(\.name)
        var chosen = settings.interfaces.isEmpty ? names : settings.interfaces
        chosen.removeAll { $0 == name }
        if isOn { chosen.append(name) }
        if chosen.isEmpty {
            say(tr("One interface has to stay on."))
            isShowing = true
            show(shownInterfaces)
            isShowing = false
            return
        }
        let isAll = names.allSatisfy(chosen.contains) && chosen.allSatisfy(names.contains)
        apply { $0.interfaces = isAll ? [] : chosen.sorted() }
    }
}
