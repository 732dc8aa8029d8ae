import CGLib
import CGtk
import CauserieApp
import Conference
import FoundationEssentials
import GLibKit
import GtkKit
import Logging

/// The *Contacts* window over a model of its own, which keeps nothing and calls nobody.
final class PeopleScene {
    private let conference: Conference
    private let window: PeopleWindow
    private var dialog: ContactDialog?

    /// On the empty page of a pane: a verified contact, one of whom nothing is known, and one who cannot be reached.
    static var items: [PersonItem] {
        guard let conference = try? filled() else { return [] }
        let presences: [Presence] = [.available, .unreachable(.connectionRefused), .unasked]
        return zip(conference.contacts.contacts, presences).map { PersonItem($0, $1) }
    }

    /// On this network: a contact, and somebody who is none.
    static var found: [FoundItem] {
        [
            FoundItem(PersonOnNetwork(id: "00", name: "Ann Lee", address: "192.168.1.7:29172", contactID: "ann")),
            FoundItem(PersonOnNetwork(id: "01", name: "Zoe", address: "192.168.1.30:29172")),
        ]
    }

    private static func empty() -> Conference {
        // With a name that is none, nothing is read and nothing is kept.
        Conference(
            profile: "no profile", options: ConferenceOptions(port: 0),
            logger: Logger(label: "scene") { _ in SwiftLogNoOpLogHandler() })
    }

    private static func filled() throws -> Conference {
        let conference = empty()
        let key = "sha-256 " + Array(repeating: "4F:A7", count: 16).joined(separator: ":")
        let book = conference.contacts
        let ann = try book.add(ContactDraft(name: "Ann Lee", address: "192.168.1.7", note: "Desk 4"), fingerprint: key)
        try book.add(ContactDraft(name: "Bob", address: "bob@example.org"))
        try book.add(ContactDraft(name: "Élodie", address: "192.168.1.20"))
        try book.setVerified(true, ann.id)
        for record in records(with: ann) { conference.history.add(record) }
        return conference
    }

    /// One call of each kind.
    private static func records(with contact: Contact) -> [CallRecord] {
        var made = CallRecord(
            contact: contact.id, name: "Ann", address: contact.address, isOutgoing: true,
            date: Date(timeIntervalSince1970: 1_760_000_000), duration: 187, reason: "local-hang-up", isMissed: false)
        (made.localPath, made.remotePath) = ("host", "relay")
        (made.audioCodec, made.videoCodec) = ("audio/opus", "video/VP8")
        (made.loss, made.roundTripTime) = (0.012, 34)
        let missed = CallRecord(
            name: "Zoe", address: "192.168.1.30", isOutgoing: false, date: Date(timeIntervalSince1970: 1_760_090_000),
            reason: "missed", isMissed: true)
        let failed = CallRecord(
            name: "", address: "office.example.org", isOutgoing: true,
            date: Date(timeIntervalSince1970: 1_760_100_000), reason: "unreachable", isMissed: false)
        return [made, missed, failed]
    }

    init(_ scene: Scene, width: Int32, height: Int32) throws {
        conference = scene == .peopleEmpty ? Self.empty() : try Self.filled()
        window = try PeopleWindow(conference)
        gtk_window_set_default_size(window.window.pointer(), width, height)
        guard scene == .contact || scene == .contactInvalid else { return }
        let dialog = try ContactDialog(conference, scene == .contact ? conference.contacts.contacts.first : nil)
        gtk_window_set_default_size(dialog.window.pointer(), environment("WIDTH").flatMap { Int32($0) } ?? 420, 900)
        self.dialog = dialog
    }

    func present(over parent: GObjectRef, _ scene: Scene) -> GObjectRef {
        window.present(over: parent)
        if scene == .people { window.showFound(Self.found) }
        guard let dialog else { return window.window }
        dialog.present(over: window.window)
        return dialog.window
    }

    /// What is done once everything is on the screen.
    func act(_ scene: Scene) {
        switch scene {
        case .people: window.showOthers(["Zoe", "Eve"].map { ServerUser(name: $0, address: "\($0)@example.org") })
        case .peopleCalls: window.showCalls()
        case .contactInvalid: dialog?.save()
        default: break
        }
    }
}
