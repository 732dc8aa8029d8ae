import Logging

/// Brings what people at the server say together with the calls that it is about.
extension RendezvousClient {
    /// Calls of one person that may be under way, and of everybody.
    private static let pathLimit = 4
    private static let totalLimit = 64

    /// The name is the server's word.
    func relay(_ result: Result<SignalingEnvelope, SignalingError>, from sender: String) {
        let call = try? result.get().call
        let theirs = livePaths.filter { $0.peer == sender }
        let isFailure = if case .failure = result { true } else { false }
        if let path = theirs.first(where: { call != nil && $0.call == call })
            ?? theirs.first(where: { call == nil && ($0.takesUnnamed || isFailure) })
        {
            return path.deliver(result)
        }
        guard case .success(let envelope) = result else {
            return logger.debug("a message of somebody at the server makes no sense")
        }
        switch envelope.message {
        case .videoOffer:
            guard theirs.count < Self.pathLimit, livePaths.count < Self.totalLimit else { return }
            let path = ServerPath(self, peer: sender, call: call, takesUnnamed: call == nil)
            onCall?(path)
            path.deliver(result)
        case .delivery(.resume):
            guard let call, theirs.count < Self.pathLimit else { return }
            let path = ServerPath(self, peer: sender, call: call, takesUnnamed: false)
            if onResume?(path, envelope) != true {
                try? path.send(SignalingEnvelope(.hangUp(.unspecified), call: call))
            }
        case .presence, .presenceRequest: questions.receive(envelope, from: sender, own: ownPresence)
        default: break
        }
    }

    var livePaths: [ServerPath] { paths.values.compactMap(\.path) }

    /// Whether calls need the connection.
    var isUsed: Bool { !livePaths.isEmpty }

    func add(_ path: ServerPath) { paths[ObjectIdentifier(path)] = WeakPath(path: path) }

    func remove(_ path: ServerPath) { paths[ObjectIdentifier(path)] = nil }

    /// A way to somebody who is there; nil otherwise.
    func path(to peer: String, call: String, takesUnnamed: Bool = false) -> ServerPath? {
        guard state == .connected, users.contains(peer) else { return nil }
        return ServerPath(self, peer: peer, call: call, takesUnnamed: takesUnnamed)
    }
}
