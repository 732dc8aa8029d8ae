/// The times and bounds of signalling connections; other ones only in tests.
package struct SignalingTiming: Hashable, Sendable {
    /// For a TCP connection to come about.
    package var connect = Duration.seconds(8)
    /// From the TCP connection to the end of the WebSocket handshake, and again to a caller's offer.
    package var handshake = Duration.seconds(8)
    /// Between two pings.
    package var ping = Duration.seconds(10)
    /// Without a sign of the far side for so long, the connection is dead.
    package var silence = Duration.seconds(25)
    /// Between two attempts to get the port that calls arrive on.
    package var listenRetry = Duration.seconds(5)
    /// How long a person is asked at most before the call counts as missed.
    package var ring = Duration.seconds(120)
    /// How long a lost way of the media is looked for: half a minute with the five seconds of silence that tell of it.
    package var reconnect = Duration.seconds(25)
    /// How long an answer to an offer in mid-call may take before the offer counts as lost.
    package var answer = Duration.seconds(10)
    /// Between two looks at a contact.
    package var presence = Duration.seconds(60)
    /// How long a call lasts that has lost the way of its media and of its messages.
    package var isolated = Duration.seconds(30)
    /// Before the first attempt to make a lost signalling connection again is repeated; each further one waits twice as long.
    package var remake = Duration.milliseconds(500)
    /// The longest of these pauses, of a running call and of being reached through a server.
    package var longestRemake = Duration.seconds(8)
    package var longestRegister = Duration.seconds(60)
    /// How long a hang-up waits for its acknowledgement while the connection seems whole.
    package var farewell = Duration.seconds(3)
    /// Connections at one time, of everybody and of one address.
    package var connectionLimit = 64
    package var connectionLimitPerAddress = 8

    package init() {}
}
