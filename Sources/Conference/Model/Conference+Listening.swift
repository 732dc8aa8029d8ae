import Logging

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

    private func adjustListening() async {
        let isWanted = isRunning && streams.contains(where: \.detection)
        if let listener, !isWanted || listenerPort != port {
            self.listener = nil
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
                port: wanted, identity: identity, timing: options.timing, on: eventLoop, logger: logger
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
        }
    }

    private func admit(_ connection: SignalingConnection) {
        guard isRunning else { return connection.close() }
        let arrival = IncomingCall(NetworkCarrier(connection), patience: options.timing.handshake) {
            [weak self] arrival in
            self?.arrivals[ObjectIdentifier(arrival)] = nil
            if !arrival.isGone { self?.consider(arrival) }
        }
        arrival.onPresenceRequest = { [weak self] asking in self?.answerPresence(asking) }
        arrivals[ObjectIdentifier(arrival)] = arrival
    }
}
