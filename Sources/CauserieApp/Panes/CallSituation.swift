import Conference
import GLibKit
import Media
import RTC

/// What a pane and its controls have to know of a stream: a plain copy, so that every word on the pane can be decided, and
/// tested, without a call.
package nonisolated struct CallSituation: Hashable, Sendable {
    package var state: StreamState = .idle
    /// The far end's name for itself, or its address.
    package var name = ""
    /// What would be called again.
    package var address = ""
    package var outgoing: MediaSet = .all
    package var incoming: MediaSet = .all
    package var stoppedSent: MediaSet = []
    package var stoppedReceived: MediaSet = []
    /// What the far side has paused, and what it sends at all.
    package var remoteStopped: MediaSet = []
    package var isOnHold = false
    package var isHeldByRemote = false
    package var remoteOutgoing: MediaSet = .all
    /// What the network does not carry, from here and from the far side.
    package var suspended: MediaSet = []
    package var remoteSuspended: MediaSet = []
    package var problems: [MediaDevice.Kind: MediaProblem] = [:]
    package var hasCamera = true
    package var hasMicrophone = true
    package var display = PaneDisplay.receivedWithSentInset
    /// Which stream it is, so that another one in the same state is seen as a change.
    package var stream = ""
    package var isTestCall = false
    /// The last call was refused because the far side has another identity key than before.
    package var isIdentityRefused = false
    /// The far side uses a name that somebody with another identity key had before.
    package var isImpostorPossible = false
    /// The far side has the key that the user has verified with this contact.
    package var isVerified = false
    /// Whether whoever is there can be made a contact, and the digits of the call compared.
    package var canAddContact = false
    package var canVerify = false
    /// The far side has no identity key: a browser.
    package var isUnproven = false
    /// The microphone has heard nothing for long.
    package var isMicrophoneSilent = false
    /// The stream's network is made worse on purpose.
    package var isNetworkEmulated = false
    /// How good the call is; nil while that is not known.
    package var quality: CallQuality?
    /// A picture has come from the other end, and one from the own camera.
    package var hasReceivedPicture = false
    package var hasSentPicture = false

    package init() {}

    /// Whether the call that is over can be made once more.
    package var canCallAgain: Bool { (isTestCall || !address.isEmpty) && !isIdentityRefused }

    /// Whether there is a call that can be ended from here: what the controls are for.
    package var isCall: Bool {
        switch state {
        case .calling, .connecting, .connected, .reconnecting: true
        case .idle, .incoming, .ended: false
        }
    }
}

extension CallSituation {
    /// What the model says now. Pictures and silence are not the model's: they are added by the pane.
    @MainActor package init(_ pane: Pane) {
        let stream = pane.stream
        state = stream.state
        address = Self.shortened(stream.remoteAddress ?? "")
        name = Self.name(of: stream)
        isNetworkEmulated = stream.emulation.isActive
        outgoing = stream.outgoing
        incoming = stream.incoming
        stoppedSent = stream.stopped.sent
        stoppedReceived = stream.stopped.received
        remoteStopped = stream.remoteStopped
        isOnHold = stream.isOnHold
        isHeldByRemote = stream.isHeldByRemote
        remoteOutgoing = stream.remoteOutgoing
        suspended = stream.suspended
        remoteSuspended = stream.remoteSuspended
        isTestCall = stream.isTestCall
        isIdentityRefused = stream.refusedIdentity != nil
        problems = stream.problems
        quality = stream.state.isAnswered ? stream.quality : nil
        isImpostorPossible = stream.remoteIdentity?.standing == .changed
        isVerified = stream.isVerified
        canAddContact = stream.canAddContact
        canVerify = stream.verification != nil && stream.state.isAnswered
        isUnproven = stream.remoteIdentity?.standing == .unproven
        hasCamera = stream.camera != .none
        hasMicrophone = stream.microphone != .none
        display = pane.display
        self.stream = stream.name
    }

    /// What the far end is called: the contact's name, its own name for itself, else its address.
    @MainActor static func name(of stream: Stream) -> String {
        let address = shortened(stream.remoteAddress ?? "")
        let named = stream.contact?.name ?? stream.remoteIdentifier ?? ""
        let called = address.isEmpty ? stream.address : address
        return stream.isTestCall ? tr("Test Call") : named.isEmpty ? called : named
    }

    /// An address without the port that need not be said.
    package nonisolated static func shortened(_ address: String) -> String {
        let usual = address.contains("@") ? ConferenceOptions.defaultServerPort : ConferenceOptions.defaultPort
        let port = ":\(usual)"
        guard address.hasSuffix(port) else { return address }
        let host = address.dropLast(port.count)
        return host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : String(host)
    }
}
