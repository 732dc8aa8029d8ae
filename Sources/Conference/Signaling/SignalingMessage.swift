import RTC

/// What the two sides of a call say to each other; the vocabulary is a superset of the one in MDN's sample.
package enum SignalingMessage: Hashable, Sendable {
    /// Calls, or offers again in mid-call.
    case videoOffer(name: String, sdp: String)
    case videoAnswer(name: String, sdp: String)
    case newICECandidate(TrickledCandidate)
    case hangUp(HangUpReason)
    /// The person called is being asked.
    case ringing(name: String)
    case reject(RejectReason)
    case stream(StreamNotice)
    /// Asks how the user is, without a call.
    case presenceRequest
    case presence(Presence.Word)
    /// Not of the call, but of the way of its messages.
    case delivery(DeliveryWord)
    /// Of a type that this version does not know: ignored.
    case unknown
}

/// What the two ends of a way say about it.
package enum DeliveryWord: String, Hashable, Sendable, CaseIterable {
    /// The way was lost; this is another one for the same call, or the same one with something missing.
    case resume
    /// It is: both go on from where they were.
    case resumed
    /// Tells how far the messages have come.
    case received
}

/// Why a call is not taken.
package enum RejectReason: String, Hashable, Sendable, CaseIterable {
    case busy, declined, timeout, incompatible
    /// Something over there does not work.
    case failed
}

/// Why a side ends a call.
package enum HangUpReason: String, Hashable, Sendable, CaseIterable {
    /// The person wants it, or the side does not say why: travels without a reason.
    case unspecified = ""
    /// No way was found for the media.
    case mediaFailed = "media-failed"
    /// The way of the media was lost and did not come back.
    case connectionLost = "connection-lost"
    /// A description that cannot be taken.
    case incompatible
    /// The far side does not show the key that is known of it.
    case identityChanged = "identity-changed"
    /// Something over there does not work.
    case failed
}

/// What a side says of its stream, at the beginning and at each change.
package struct StreamNotice: Hashable, Sendable {
    /// The user's name.
    package var identifier: String
    package var outgoing: MediaSet
    package var incoming: MediaSet
    /// What of `outgoing` is paused.
    package var stopped: MediaSet
    /// What of `outgoing` does not come because the sender's network does not carry it.
    package var suspended: MediaSet
    /// Whether the call is on hold: then everything is paused, both ways.
    package var isOnHold: Bool

    package init(
        identifier: String, outgoing: MediaSet, incoming: MediaSet, stopped: MediaSet, suspended: MediaSet = [],
        isOnHold: Bool = false
    ) {
        self.identifier = identifier
        self.outgoing = outgoing
        self.incoming = incoming
        self.stopped = stopped
        self.suspended = suspended
        self.isOnHold = isOnHold
    }
}

/// What the far side sent is not of the protocol; the text is for the log.
package struct SignalingError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
