import RTC

/// The conversation beside a call goes through the call itself, so that it reaches whoever the call reaches.
extension Call {
    /// The caller opens the channel when the two are connected for the first time.
    func openConversation() {
        guard isCaller, echo == nil, !hasOpenedConversation, carrier?.remoteIdentity != nil else { return }
        hasOpenedConversation = true
        media?.openDataChannel(DataChannelLink.options)
    }

    func receive(_ event: DataChannelEvent) {
        if case .opened(let id, let options) = event, options.label == DataChannelLink.options.label {
            adopt(channel: id)
        } else {
            conversation?.receive(event)
        }
    }

    /// One at a time: a far side that opens more gains nothing by it.
    private func adopt(channel: Int) {
        guard conversation == nil, let media, let identity = carrier?.remoteIdentity else { return }
        let link = DataChannelLink(channel, of: media, identity: identity, address: carrier?.remoteAddress)
        conversation = link
        let place = carrier?.remotePerson ?? destination
        conference?.chat.lines.adopt(link, name: stream?.remoteIdentifier, address: place?.description)
    }
}
