import Logging
import RTC

/// Being reached: the port is open while a stream waits for calls.
extension Conference {
    /// A stream has begun or ceased to wait for calls.
    func detectionChanged() { updateListening() }

    /// Brings the port in line with what the streams want; one thing after the other.
    func updateListening() {
        let earlier = listenerWork
        listenerWork = Task { [weak self] in
            await earlier?.value
            await self?.adjustListening()
        }
    }

    /// Listens anew, for sockets of another kind.
    func relisten() {
        listenerIsStale = listener != nil
        updateListening()
    }

    private func adjustListening() async {
        // Whoever has lost a call of theirs comes back through the same port.
        let isAwaited = carriers.contains { !$0.key.isCaller && $0.value.isLost && $0.value.remotePerson == nil }
        let isWanted = isRunning && (isAwaited || streams.contains(where: \.detection))
        if let listener, !isWanted || listenerPort != port || listenerIsStale {
            self.listener = nil
            listenerIsStale = false
            await listener.close()
            listeningPort = nil
        }
        guard isWanted else {
            listenerRetry?.cancel()
            if listeningProblem != nil { listeningProblem = nil }
            return
        }
        if listener == nil { await listen() }
    }

    private func listen() async {
        listenerRetry?.cancel()
        let wanted = port
        do throws(ListeningProblem) {
            guard let identity else { throw .failed("no identity key") }
            let listener = try await SignalingListener.open(
                port: wanted, identity: identity, timing: options.timing, boundary: boundary, on: eventLoop,
                logger: logger
            ) { [weak self] connection in
                Task { @MainActor in
                    if let self { self.admit(connection) } else { connection.close() }
                }
            }
            self.listener = listener
            listenerPort = wanted
            listeningPort = listener.port
            listeningProblem = nil
            logger.info("calls can arrive", metadata: ["port": "\(listener.port)"])
        } catch {
            if listeningProblem != error {
                logger.warning("calls cannot arrive: \(error)", metadata: ["port": "\(wanted)"])
                listeningProblem = error
            }
            listenerRetry = Task { [weak self, retry = options.timing.listenRetry] in
                guard (try? await Task.sleep(for: retry)) != nil else { return }
                self?.updateListening()
            }
        }
    }

    /// Somebody is connected, and has not said anything yet.
    private func admit(_ connection: IncomingConnection) {
        switch connection {
        case .call(let connection): admit(connection)
        case .conversation(let connection): chat.admit(connection)
        case .file(let connection): files.admit(connection)
        }
    }

    private func admit(_ connection: SignalingConnection) {
        guard isRunning else { return connection.close() }
        let carrier = NetworkCarrier(
            DirectPath(connection), timing: options.timing, identity: connection.remoteIdentity)
        carrier.ends = ends(with: connection.remoteIdentity)
        follow(carrier, isCaller: false)
        let arrival = admit(carrier)
        carrier.onResume = { [weak self] path, envelope in
            self?.arrivals[arrival] = nil
            self?.resume(path, envelope, identity: connection.remoteIdentity)
        }
    }

    /// Waits for the caller's offer.
    @discardableResult func admit(_ carrier: NetworkCarrier) -> ObjectIdentifier {
        let arrival = IncomingCall(carrier, patience: options.timing.handshake) { [weak self] arrival in
            self?.arrivals[ObjectIdentifier(arrival)] = nil
            if !arrival.isGone { self?.consider(arrival) }
        }
        arrival.onPresenceRequest = { [weak self] asking in self?.answerPresence(asking) }
        arrivals[ObjectIdentifier(arrival)] = arrival
        return ObjectIdentifier(arrival)
    }

    // MARK: Calls that are taken up again

    /// Remembers a call's carrier by its identifier for as long as it is open.
    func follow(_ carrier: NetworkCarrier, isCaller: Bool) {
        carrier.onChange = { [weak self] carrier in
            guard let self, let call = carrier.identifier else { return }
            carriers[CarrierKey(call: call, isCaller: isCaller)] = carrier.isClosed ? nil : carrier
            updateListening()
        }
    }

    /// Somebody has another connection for a call that is under way.
    private func resume(_ path: any MessagePath, _ envelope: SignalingEnvelope, identity: DTLSFingerprint) {
        let key = CarrierKey(call: envelope.call ?? "", isCaller: false)
        guard let carrier = carriers[key], carrier.remotePerson == nil, carrier.remoteIdentity == identity else {
            // Over here it is over.
            try? path.send(SignalingEnvelope(.hangUp(.unspecified), call: envelope.call))
            return path.close()
        }
        logger.info("a call's signalling connection is there again")
        carrier.resume(on: path, envelope)
    }
}

/// A call of ours and one to us have the same identifier where an instance calls itself.
struct CarrierKey: Hashable {
    var call: String
    var isCaller: Bool
}
