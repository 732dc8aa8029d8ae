/// How somebody is, asked and told without a call: `presence-request` {}, and `presence` {status} before the connection
/// closes. Whoever wants to tell nothing closes it without a word.
extension SignalingMessage {
    static let presenceTypes: Set<String> = ["presence-request", "presence"]

    /// Nil for a message of another kind.
    static func presence(type: String, status: String?) -> SignalingMessage? {
        switch type {
        case "presence-request": .presenceRequest
        // A word of a later version says at least that somebody is there.
        case "presence": .presence(status.flatMap { Presence.Word(rawValue: $0) } ?? .reachable)
        default: nil
        }
    }
}
