/// What happens on data channels.
package enum DataChannelEvent: Hashable, Sendable {
    /// A channel of ours stands, or the far side opened one.
    case opened(id: Int, DataChannelOptions)
    case text(id: Int, String)
    case binary(id: Int, [UInt8])
    /// What waited to be sent has left.
    case bufferedAmountLow(id: Int)
    case closed(id: Int)
    /// All channels are gone.
    case associationClosed
}

/// Why something could not be done with a data channel.
package enum DataChannelError: Error, Hashable, Sendable {
    case notOpen
    /// Larger than the far side takes.
    case messageTooLarge(limit: Int)
    case tooManyChannels
    /// The number is taken.
    case numberInUse
    case bufferFull
    /// Label or protocol name, in bytes of UTF-8.
    case labelTooLong(limit: Int)
}
