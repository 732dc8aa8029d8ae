import RTC

/// What a call needs of its media; `MediaSession` in the application.
package protocol CallMedia: AnyObject, Sendable {
    /// Opens sockets and looks for ways to the far side ahead of the first description; no device opens by it.
    func prepare() async
    /// A new offer, applied on this side.
    func createOffer() async throws -> String
    /// Takes the far side's offer and answers it.
    func createAnswer(to offer: String) async throws -> String
    /// Takes the answer to the last offer.
    func applyAnswer(_ answer: String) async throws
    /// Takes the last offer back, which the far side has refused.
    func withdrawOffer() async
    func addRemoteCandidate(_ candidate: String, mid: String?, mLineIndex: Int?, usernameFragment: String?) async
    /// Applies what the stream has changed; tells `negotiationNeeded` where a new offer is needed for it.
    func update(_ configuration: MediaSessionConfiguration) async
    /// Pauses and resumes at once.
    func setStopped(sent: MediaSet, received: MediaSet)
    /// The user has chosen the speaker of now once more: what is held back for want of a headset is heard.
    func speakerChosen()
    /// Opens a data channel, now or as soon as the two sides are connected; `dataChannel` tells when it stands.
    func openDataChannel(_ options: DataChannelOptions)
    /// Sends one message, after those before it. What cannot be sent is lost.
    func send(_ bytes: [UInt8], onDataChannel channel: Int)
    func closeDataChannel(_ channel: Int)
    /// Where what comes on an open channel for files goes; nil for another channel, and for one too many.
    func inbox(ofDataChannel channel: Int) -> FileInbox?
    func statistics() async -> [StatisticsRecord]
    func close() async
    /// 0...1.
    var microphoneLevel: Double { get }
    var speakerLevel: Double { get }
}

/// Makes a call's media.
package typealias CallMediaMaker =
    @MainActor (MediaSessionConfiguration, @escaping @Sendable (MediaSessionEvent) -> Void) -> any CallMedia
