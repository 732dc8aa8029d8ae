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
        } else if case .opened(let id, let options) = event, options.label == DataChannelPipe.label {
            adopt(filesOn: id, options)
        } else if !files.receive(event) {
            conversation?.receive(event)
        }
    }

    private func adopt(filesOn channel: Int, _ options: DataChannelOptions) {
        guard let media, let identity = carrier?.remoteIdentity else { return }
        guard let pipe = files.opened(channel, options, media) else { return }
        conference?.files.admit(pipe, from: identity)
    }

    var isConnected: Bool { if case .connected = machine.state { media != nil } else { false } }

    /// A way through the call for a file's bytes.
    func openFilePipe() async -> (any FilePipe)? {
        guard let media, echo == nil else { return nil }
        return await files.open(media)
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
