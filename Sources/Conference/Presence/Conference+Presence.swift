import RTC

/// What others are told of this user.
extension Conference {
    /// Whether every call is turned away as if all streams were busy.
    package var doNotDisturb: Bool {
        get { status == .doNotDisturb }
        set {
            if newValue { status = .doNotDisturb } else if status == .doNotDisturb { status = .available }
        }
    }

    /// What contacts see now; nil when they see nothing.
    var ownPresence: Presence.Word? {
        switch status {
        case .invisible: nil
        case .doNotDisturb: .doNotDisturb
        case .away: streams.contains { $0.state.isBusy } ? .busy : .away
        case .available: streams.contains { $0.state.isBusy } ? .busy : isIdle ? .away : .available
        }
    }

    /// The answer to somebody who asks without calling; nil for none.
    ///
    /// Only contacts learn how the user is: whoever can reach the port could otherwise write down, minute by minute, when a
    /// person is at work, in a call and asleep. That something listens at the port a stranger knows by being answered at
    /// all, so *reachable* tells nothing new. To who is invisible nobody is a contact; that the port is open can be seen all
    /// the same, for calls shall still arrive.
    func presence(for asking: DTLSFingerprint?) -> Presence.Word? {
        guard let own = ownPresence else { return nil }
        let isContact = asking.map { contacts.contact(withFingerprint: $0.description) != nil } ?? false
        return isContact ? own : .reachable
    }

    /// Somebody asks, and does not call.
    func answerPresence(_ asking: IncomingCall) {
        if let word = presence(for: asking.carrier.remoteIdentity) { try? asking.carrier.send(.presence(word)) }
        asking.dismiss()
    }

    /// Asks the installation at an address, without ringing.
    func askPresence(_ address: CallAddress, expected: DTLSFingerprint?) async -> Presence {
        guard let identity else { return .unasked }
        let dialer = SignalingDialer(
            identity: identity, timing: options.timing.forPresence, eventLoop: eventLoop, boundary: boundary)
        do throws(DialFailure) {
            let connection = try await dialer.dial(address, expected: expected)
            return await Self.presence(from: connection, within: options.timing.handshake)
        } catch { return .unreachable(error.reason) }
    }

    private nonisolated static func presence(from connection: SignalingConnection, within limit: Duration) async
        -> Presence
    {
        try? connection.send(.presenceRequest)
        let deadline = Task {
            if (try? await Task.sleep(for: limit)) != nil { connection.close() }
        }
        defer {
            deadline.cancel()
            connection.close()
        }
        for await event in connection.events {
            switch event {
            case .message(let envelope):
                if case .presence(let word) = envelope.message { return Presence(word) }
            case .closed: return .offline
            }
        }
        return .offline
    }
}

extension SignalingTiming {
    /// Nobody waits for it, so it need not wait long for what does not answer.
    fileprivate var forPresence: SignalingTiming {
        var timing = self
        timing.connect = min(connect, .seconds(5))
        timing.handshake = min(handshake, .seconds(5))
        return timing
    }
}
