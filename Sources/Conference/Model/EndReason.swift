/// Marks a sentence of the model for translation; the interface looks its translation up.
package func translatable(_ sentence: StaticString) -> String { "\(sentence)" }

/// Why a call ended: one clear reason for each way.
package enum EndReason: Hashable, Sendable {
    case localHangUp, remoteHangUp
    case declined, busy
    /// Nobody answered, or the attempt took longer than the stream's timeout.
    case noAnswer
    /// The caller gave up before we answered.
    case missed
    case invalidAddress, unknownHost, connectionRefused, unreachable
    /// Something else than Causerie listens there.
    case notCauserie
    /// The far side's identity key is not the one we know.
    case identityChanged
    /// The far side knows another identity key of us.
    case identityRefused
    /// The server knows nobody of this name.
    case unknownPerson
    /// The server's certificate is not trusted.
    case serverNotTrusted
    /// The two sides have no medium, codec or security in common.
    case incompatible
    /// No way was found for the media between the two sides.
    case mediaFailed
    /// The connection was lost and did not come back.
    case connectionLost
    /// The far side closed everything without a word: its program was ended, or its computer.
    case remoteVanished
    /// The far side broke the protocol.
    case protocolError
    /// Something failed over there.
    case remoteFailed
    /// The system has no descriptor or memory left for a call. It may have some in a moment.
    case outOfResources
    /// Calls are to stay on this network, and the address is elsewhere.
    case elsewhere
    case localError(String)

    /// For programs.
    package var code: String {
        switch self {
        case .localHangUp: "local-hang-up"
        case .remoteHangUp: "remote-hang-up"
        case .declined: "declined"
        case .busy: "busy"
        case .noAnswer: "no-answer"
        case .missed: "missed"
        case .invalidAddress: "invalid-address"
        case .unknownHost: "unknown-host"
        case .connectionRefused: "connection-refused"
        case .unreachable: "unreachable"
        case .notCauserie: "not-causerie"
        case .identityChanged: "identity-changed"
        case .identityRefused: "identity-refused"
        case .unknownPerson: "unknown-person"
        case .serverNotTrusted: "server-not-trusted"
        case .incompatible: "incompatible"
        case .mediaFailed: "media-failed"
        case .connectionLost: "connection-lost"
        case .remoteVanished: "remote-vanished"
        case .protocolError: "protocol-error"
        case .remoteFailed: "remote-failed"
        case .outOfResources: "out-of-resources"
        case .elsewhere: "elsewhere"
        case .localError: "local-error"
        }
    }

    /// By its code; nil for a word that is none.
    package init?(code: String) {
        guard let reason = Self.plain.first(where: { $0.code == code }) else { return nil }
        self = reason
    }

    private static let plain: [EndReason] = [
        .localHangUp, .remoteHangUp, .declined, .busy, .noAnswer, .missed, .invalidAddress, .unknownHost,
        .connectionRefused, .unreachable, .notCauserie, .identityChanged, .identityRefused, .unknownPerson,
        .serverNotTrusted, .incompatible, .mediaFailed, .connectionLost, .remoteVanished, .protocolError, .remoteFailed,
        .outOfResources, .elsewhere, .localError(""),
    ]

    /// For people, in English; the interface translates it.
    package var sentence: String {
        switch self {
        case .localHangUp: translatable("You hung up.")
        case .remoteHangUp: translatable("The other person hung up.")
        case .declined: translatable("The call was declined.")
        case .busy: translatable("The other person is in another call.")
        case .noAnswer: translatable("Nobody answered in time.")
        case .missed: translatable("The caller hung up before you answered.")
        case .invalidAddress: translatable("This is not an address that can be called.")
        case .unknownHost: translatable("There is no computer of this name.")
        case .connectionRefused: translatable("Nobody takes calls at this address.")
        case .unreachable: translatable("This address cannot be reached.")
        case .notCauserie: translatable("What answers at this address is not Causerie.")
        case .identityChanged: translatable("The identity key at this address has changed, so the call was refused.")
        case .identityRefused: translatable("The other side knows another identity key of you, so it refused the call.")
        case .unknownPerson: translatable("Nobody of this name is at the server now.")
        case .serverNotTrusted: translatable("The server's certificate is not trusted, so nothing was sent to it.")
        case .incompatible: translatable("The two sides have no sound or picture format in common.")
        case .mediaFailed: translatable("No way was found for sound and picture between the two sides.")
        case .connectionLost: translatable("The connection was lost and did not come back.")
        case .remoteVanished: translatable("The other side went away without hanging up.")
        case .protocolError: translatable("The other side sent something that makes no sense.")
        case .remoteFailed: translatable("Something failed on the other computer.")
        case .outOfResources:
            translatable("This computer has too many files and connections open for another call.")
        case .elsewhere:
            translatable("Calls stay on this network (it is set so in the preferences), and this address is elsewhere.")
        case .localError: translatable("Something failed on this computer.")
        }
    }
}
