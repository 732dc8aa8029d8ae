/// What a signalling connection tells whoever has it, in order; nothing comes after `closed`.
enum SignalingEvent: Hashable, Sendable {
    case message(SignalingEnvelope)
    case closed(SignalingClosure)
}

/// Why a signalling connection is no more.
enum SignalingClosure: Hashable, Sendable {
    /// The far side closed it, or its process or machine did.
    case byPeer
    /// Nothing was heard any more, not even an answer to a ping.
    case silence
    /// The far side broke the protocol, and was cut off; the text is for the log.
    case violation(String)
}
