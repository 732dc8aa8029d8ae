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
