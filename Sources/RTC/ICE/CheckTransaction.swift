import Wire

/// A Binding request to the far side that waits for its response.
struct CheckTransaction: Sendable {
    enum Purpose: Sendable {
        /// Ordinary or triggered check.
        case check
        /// Carries USE-CANDIDATE, from a controlling agent, on a pair that is valid already.
        case nomination
        /// Keeps consent (RFC 7675); sent once, never repeated: the next one is a new transaction.
        case consent
    }

    let id: STUNTransactionID
    let path: ICEPath
    let purpose: Purpose
    /// The role the request claimed.
    let role: ICERole
    /// The far side's password when it was sent: the response is protected with it.
    let key: [UInt8]
    let bytes: [UInt8]
    let firstSentAt: Instant
    var lastSentAt: Instant
    var transmissions = 1
    /// Until the next transmission, or failure after the last.
    var timeout: Duration

    var dueAt: Instant { lastSentAt + timeout }
}
