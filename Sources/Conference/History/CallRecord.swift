import FoundationEssentials

/// A call that is over, as it is remembered.
package struct CallRecord: Identifiable, Hashable, Sendable {
    /// Ascending with time; 0 before it is kept.
    package internal(set) var id: Int64 = 0
    /// The contact that it was with, by its id; the contact may be gone.
    package var contact: String?
    /// What the far side called itself; may be empty.
    package var name: String
    /// What would be called again.
    package var address: String
    /// Of the identity key that the far side showed.
    package var fingerprint: String?
    package var isOutgoing: Bool
    package var date: Date
    /// From the moment in which both sides were connected, seconds; nil when they never were.
    package var duration: Double?
    /// `EndReason.code`
    package var reason: String
    /// Somebody called, and nobody answered.
    package var isMissed: Bool
    /// Whether the user has seen that it was missed.
    package internal(set) var isSeen = true
    /// `host`, `srflx`, `prflx` or `relay`: the way that was taken, by each side's account.
    package var localPath: String?
    package var remotePath: String?
    package var audioCodec: String?
    package var videoCodec: String?
    /// Mean share of what did not arrive here, 0...1.
    package var loss: Double?
    /// Mean, ms.
    package var roundTripTime: Double?

    package init(
        contact: String? = nil, name: String, address: String, fingerprint: String? = nil, isOutgoing: Bool, date: Date,
        duration: Double? = nil, reason: String, isMissed: Bool
    ) {
        self.contact = contact
        self.name = name
        self.address = address
        self.fingerprint = fingerprint
        self.isOutgoing = isOutgoing
        self.date = date
        self.duration = duration
        self.reason = reason
        self.isMissed = isMissed
    }

    /// Why it ended, one sentence for people, in English; the interface translates it.
    package var sentence: String { EndReason(code: reason)?.sentence ?? "" }
}

/// Means over a whole call, however long.
struct CallMeans: Sendable {
    private var loss = (sum: 0.0, count: 0.0)
    private var roundTripTime = (sum: 0.0, count: 0.0)

    mutating func add(_ sample: StatisticsSample) {
        loss = (loss.sum + sample.receivedLoss, loss.count + 1)
        if let time = sample.roundTripTime {
            roundTripTime = (roundTripTime.sum + time, roundTripTime.count + 1)
        }
    }

    var meanLoss: Double? { loss.count > 0 ? loss.sum / loss.count : nil }
    /// ms
    var meanRoundTripTime: Double? { roundTripTime.count > 0 ? roundTripTime.sum / roundTripTime.count : nil }
}
