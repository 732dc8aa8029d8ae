import Conference
import GLibKit
import GtkKit
import Media

/// Brings one pane of the model and its widgets together.
final class PaneController {
    let pane: Pane
    let view: PaneView
    private(set) var situation = CallSituation()

    private let reachability: () -> String
    private let changed: (PaneController) -> Void
    private var observation: ModelObservation?
    private var peopleObservation: ModelObservation?
    private var foundObservation: ModelObservation?
    private var displays: [VideoDisplay] = []
    private var shownStream: Stream?
    private var actions: PaneActions?
    private var timer: EventSource?
    private var silence = SilenceWatch()
    /// The end that a person has seen and put away.
    private var dismissed: StreamState?
    private var levelHandler: ((Double) -> Void)?

    /// - Parameters:
    ///   - reachability: what the empty page says about where others reach this computer.
    ///   - changed: called after each change of the situation.
    init(
        _ pane: Pane, _ conference: Conference, host: any PaneHost, reachability: @escaping () -> String,
        changed: @escaping (PaneController) -> Void
    ) throws(BuilderError) {
        self.pane = pane
        self.reachability = reachability
        self.changed = changed
        view = try PaneView()
        for paintable in [view.received, view.sent] {
            paintable.onPictureChange { [weak self] in self?.refresh() }
        }
        connectMenu(conference, host: host)
        connectPeople(conference, host: host)
        bindStream()
        observation = ModelObservation({ CallSituation(pane) }) { [weak self] in self?.show($0) }
    }

    private func connectMenu(_ conference: Conference, host: any PaneHost) {
        actions = PaneActions(self, conference, host: host)
        view.menu.onVolume { [weak self] in self?.stream.volume = $0 }
        view.menu.onOpen { [weak self, unowned conference] in
            guard let self else { return }
            view.menu.setVolume(stream.volume)
            view.menu.setStreams(conference.streams.map(\.name))
            actions?.update()
        }
    }

    /// How many contacts the empty page offers.
    private static let peopleLimit = 5

    private func connectPeople(_ conference: Conference, host: any PaneHost) {
        let book = conference.contacts
        view.photo = { [weak book] id in book.flatMap { book in book[id].flatMap { book.photo(of: $0) } } }
        let call = { [weak self, weak host, weak conference] (id: String) in
            guard let self, let conference, let contact = conference.contacts[id] else { return }
            host?.call(contact.callText(conference), from: self)
        }
        view.people.onChoose(call)
        view.people.onCall(call)
        peopleObservation = ModelObservation({
            conference.contactsAtHand(Self.peopleLimit).map { PersonItem($0, conference.contacts.presences[$0.id]) }
        }) { [weak self] in self?.view.showPeople($0) }
        view.found.onCall { [weak self, weak host] address in
            if let self { host?.call(address, from: self) }
        }
        foundObservation = ModelObservation({
            // Contacts are offered above already.
            Array(conference.peopleOnNetwork.items().lazy.filter { $0.contactID == nil }.prefix(Self.peopleLimit))
        }) { [weak self] in self?.view.showFound($0) }
    }

    /// The pane may be given another stream at any time.
    private func bindStream() {
        guard shownStream !== pane.stream else { return }
        shownStream = pane.stream
        dismissed = nil
        displays = [
            VideoDisplay(pane.stream.receivedVideo, to: view.received),
            VideoDisplay(pane.stream.sentVideo, to: view.sent),
        ]
    }

    var stream: Stream { pane.stream }

    /// Calls `handler` with what the microphone's meter shows, 0...1, while there is a call.
    func onLevel(_ handler: @escaping (Double) -> Void) { levelHandler = handler }

    /// Shows again what the model says: for what the model does not tell by itself.
    func refresh() { show(CallSituation(pane)) }

    /// Puts an ended call out of sight: the page with the ways to begin comes back.
    func dismiss() {
        guard case .ended = situation.state else { return }
        dismissed = situation.state
        refresh()
    }

    private func show(_ new: CallSituation) {
        bindStream()
        if new.state != dismissed { dismissed = nil }
        var new = new
        if dismissed != nil { new.state = .idle }
        let wasCall = situation.isCall
        situation = new
        situation.hasReceivedPicture = view.received.hasPicture
        situation.hasSentPicture = view.sent.hasPicture
        situation.isMicrophoneSilent = silence.isSilent
        if situation.isCall != wasCall { watchLevel(situation.isCall) }
        view.setShowsSent(situation.display == .sent)
        view.show(PanePresentation(situation, reachability: reachability()))
        actions?.update()
        changed(self)
    }

    /// Brings the pane's actions in line with what has changed around it.
    func updateActions() { actions?.update() }

    // MARK: Level

    private func watchLevel(_ isCall: Bool) {
        silence = SilenceWatch()
        timer = isCall ? EventSource.every(.milliseconds(100)) { [weak self] in self?.look() } : nil
        if !isCall { levelHandler?(0) }
    }

    private func look() {
        let level = stream.microphoneLevel
        levelHandler?(MeterScale.fraction(of: level))
        let isHeard =
            situation.state == .connected && situation.outgoing.contains(.audio)
            && !situation.stoppedSent.contains(.audio) && situation.hasMicrophone
        let was = silence.isSilent
        silence.look(at: isHeard ? level : nil)
        if silence.isSilent != was { refresh() }
    }
}
