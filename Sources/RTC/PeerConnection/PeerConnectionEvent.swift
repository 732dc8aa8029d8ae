/// What a `PeerConnection` tells its owner. Polled after every change.
package enum PeerConnectionEvent: Sendable {
    /// A candidate of ours, for the far side.
    case localCandidate(TrickledCandidate)
    /// No further candidate of ours will come with these credentials, unless an interface comes.
    case endOfCandidates(usernameFragment: String)
    /// The way is lost, and the pairs known have not brought another: the next offer restarts ICE, and should be made now.
    case restartNeeded
    case connectionStateChanged(PeerConnectionState)
    /// Media that is given to be sent reaches the far side from now on; often a round trip before the state is `connected`.
    case mediaReady
    /// An offer and its answer are in force: what each media section does now.
    case negotiated([NegotiatedMedia])
    /// A `.local` name that a candidate hides behind; the owner looks it up and tells `resolved`.
    case resolve(name: String)
    case audio(mid: String, ReceivedAudio)
    case video(mid: String, ReceivedVideoFrame)
    /// The far side cannot go on without a key frame.
    case keyFrameRequested(mid: String)
    /// The fraction of our packets that the far side misses, 0...1, smoothed over some seconds; about once a second.
    case lossReported(mid: String, fraction: Double)
    /// Encoders should make this much, bit/s: all pictures together, and what all streams may send. Falls are told at
    /// once, rises at most five times a second.
    case targetBitrateChanged(video: Int, total: Int)
    /// The path carries no pictures beside the sound, or does again: until then, pictures are not taken.
    case videoSuspended(Bool)
    /// Pictures should wait for a moment, or no longer: so much is on its way that more would only stand in a queue.
    case videoHeld(Bool)
    /// The far side said that it stopped sending (RTCP BYE).
    case bye(mid: String)
    case dataChannel(DataChannelEvent)
}
