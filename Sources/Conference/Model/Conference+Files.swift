import NIOPosix
import RTC

/// How files reach others, and come in.
extension Conference {
    func makeFiles() -> FileTransfers {
        let folders = options.folders ?? ProfileFolders(profile: profile)
        return FileTransfers(
            chat: chat, contacts: contacts, in: folders, logger: logger,
            inCall: { [weak self] in self?.peopleInCalls ?? [] },
            openPipe: { [weak self] conversation, settings in await self?.openPipe(conversation, settings) })
    }

    private var peopleInCalls: Set<String> {
        Set(streams.compactMap { $0.call?.isConnected == true ? $0.remoteIdentity?.fingerprint : nil })
    }

    /// A connection of its own where the correspondent is reached; the call otherwise.
    private func openPipe(_ conversation: Conversation, _ settings: FileSettings) async -> (any FilePipe)? {
        if settings.usesConnections, let address = CallAddress(conversation.address),
            let identity = DTLSFingerprint(parsing: conversation.fingerprint),
            let connection = try? await dialFile(address, expected: identity)
        {
            return connection
        }
        let call = streams.lazy.compactMap(\.call).first {
            $0.isConnected && $0.stream?.remoteIdentity?.fingerprint == conversation.fingerprint
        }
        return await call?.openFilePipe()
    }

    private func dialFile(
        _ address: CallAddress, expected: DTLSFingerprint
    ) async throws(DialFailure) -> FileConnection {
        guard let identity else {
            throw DialFailure(reason: .localError("no identity key"), presented: nil, detail: "no identity key")
        }
        // Beside the network thread, which has sound and picture to carry.
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let dialer = SignalingDialer(identity: identity, timing: options.timing, eventLoop: loop)
        return try await dialer.dial(address, expected: expected, subprotocol: FileConnection.protocolName) {
            try FileConnection(channel: $0, identity: $1)
        }
    }
}
