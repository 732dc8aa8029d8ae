/// What a data channel is opened with (W3C RTCDataChannelInit).
package struct DataChannelOptions: Hashable, Sendable {
    package var label: String
    package var protocolName: String
    package var isOrdered: Bool
    /// At most one of these two is set; neither means reliable.
    package var maxRetransmits: Int?
    /// Milliseconds.
    package var maxPacketLifeTime: Int?
    /// For a channel that both sides open by themselves with the same number.
    package var negotiatedID: Int?

    package init(
        label: String, protocolName: String = "", isOrdered: Bool = true, maxRetransmits: Int? = nil,
        maxPacketLifeTime: Int? = nil, negotiatedID: Int? = nil
    ) {
        self.label = label
        self.protocolName = protocolName
        self.isOrdered = isOrdered
        self.maxRetransmits = maxRetransmits
        self.maxPacketLifeTime = maxPacketLifeTime
        self.negotiatedID = negotiatedID
    }
}

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
}
