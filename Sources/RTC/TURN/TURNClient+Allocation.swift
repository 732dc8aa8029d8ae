import Wire

/// The allocation's life (RFC 8656 §7 and §8): made, refreshed, lost, made anew.
extension TURNClient {
    /// Asks for the allocation. Over a stream, the connection to `address` has just been opened.
    package mutating func start(at now: Instant) {
        guard state == .idle else { return }
        state = .allocating
        retryAt = nil
        request(.allocate, at: now)
    }

    /// The connection could not be opened, or has ended, and the allocation with it.
    package mutating func connectionLost(at now: Instant) {
        guard server.transport.isStream else { return }
        switch state {
        case .allocated: lose(.connectionLost, at: now)
        case .allocating, .idle:
            // While one waits to try again there was no connection to lose.
            if retryAt == nil { allocationFailed(.connectionLost, at: now) }
        case .failed, .closed: break
        }
    }

    /// New credentials. A living allocation goes on with the old ones, as it must (RFC 8656 §5), until those are refused;
    /// one that could not be made, or was lost, is tried again at once.
    package mutating func setCredentials(_ credentials: TURNCredentials, at now: Instant) {
        guard state != .closed, credentials != authenticator.credentials else { return }
        switch state {
        case .allocated, .allocating: nextCredentials = credentials
        case .idle: authenticator.credentials = credentials
        case .failed, .closed:
            authenticator.credentials = credentials
            retries = 0
            retry(at: now)
        }
    }

    /// Asks at once whether the server still has the allocation, which it tells of its own accord to nobody.
    package mutating func probe(at now: Instant) {
        guard state == .allocated, !requests.contains(where: { $0.purpose == .refresh }) else { return }
        refreshAt = nil
        request(.refresh, at: now)
    }

    mutating func allocated(_ message: STUNMessage, at now: Instant) {
        guard state == .allocating else { return }
        var found: [TransportAddress] = []
        for address in message.relayedAddresses where address.isUsableByICE {
            if !found.contains(where: { $0.ip.isIPv4 == address.ip.isIPv4 }) { found.append(address) }
        }
        guard !found.isEmpty else { return allocationFailed(.malformedResponse, at: now) }
        relayed = found
        mapped = message.mappedAddress
        state = .allocated
        retries = 0
        allocatedAt = now
        hasReleasedForgotten = false
        setLifetime(message.lifetime, at: now)
        emit(.allocated)
    }

    mutating func refreshed(_ message: STUNMessage, at now: Instant) {
        guard state == .allocated else { return }
        setLifetime(message.lifetime, at: now)
    }

    /// A minute before the end, or halfway to one that is near; never so soon that a server could keep us busy.
    private mutating func setLifetime(_ granted: UInt32?, at now: Instant) {
        let seconds = min(max(Int64(granted ?? 600), 2), 3600)
        expiresAt = now + .seconds(seconds)
        refreshAt = now + .seconds(seconds > 120 ? seconds - 60 : seconds / 2)
    }

    /// Without an answer it is asked again as long as the server should have the allocation.
    mutating func refreshFailed(_ failure: TURNFailure, at now: Instant) {
        guard state == .allocated else { return }
        if failure == .timeout, now < expiresAt { return request(.refresh, at: now) }
        lose(failure, at: now)
    }

    /// The allocation is gone. Another is asked for, the sooner the fewer were lost before it.
    mutating func lose(_ failure: TURNFailure, at now: Instant) {
        guard state == .allocated else { return }
        forgetAllocation()
        emit(.lost(failure))
        if let next = nextCredentials {
            authenticator.credentials = next
            nextCredentials = nil
        } else if failure == .unauthorized {
            state = .failed
            return emit(.failed(failure))
        }
        state = .idle
        // A server that answers so has started anew, and is ready. But none may keep us busy.
        guard failure == .allocationMismatch, now >= allocatedAt + timing.settled else { return scheduleRetry(at: now) }
        retries += 1
        // Its challenge is the newest there is: it need not be asked for once more.
        if server.transport.isStream { retry(at: now) } else { start(at: now) }
    }

    mutating func allocationFailed(_ failure: TURNFailure, at now: Instant) {
        guard state == .allocating || state == .idle else { return }
        requests = []
        // The server refuses IPv6 as a whole: then IPv4 alone.
        if failure == .addressFamilyNotSupported, families == .both {
            families = .ipv4
            return request(.allocate, at: now)
        }
        // An allocation of ours that we have forgotten holds the 5-tuple: it may be ended by the same credentials.
        if failure == .allocationMismatch, !hasReleasedForgotten {
            hasReleasedForgotten = true
            return request(.release, at: now)
        }
        hasReleasedForgotten = false
        if let next = nextCredentials {
            authenticator.credentials = next
            nextCredentials = nil
            state = .idle
            return retry(at: now)
        }
        // Only what once worked is worth patience: at the start others wait for the end of gathering.
        guard retries > 0, failure.isPassing, retries < TURNLimits.retries else {
            state = .failed
            return emit(.failed(failure))
        }
        state = .idle
        scheduleRetry(at: now)
    }

    /// The forgotten allocation is gone, or cannot be ended by us: either way the question is asked once more.
    mutating func released(at now: Instant) {
        guard state == .allocating else { return }
        request(.allocate, at: now)
    }

    private mutating func scheduleRetry(at now: Instant) {
        let factor = 1 << min(retries, 10)
        retries += 1
        retryAt = now + min(timing.firstRetry * factor, timing.maximumRetry)
    }

    mutating func retry(at now: Instant) {
        guard state == .idle || state == .failed else { return }
        retryAt = nil
        state = .idle
        authenticator.forgetChallenge()
        address = server.address
        triedAddresses = [address]
        if server.transport.isStream { emit(.connect(address)) } else { start(at: now) }
    }

    /// 300 (RFC 8489 §10): the same question to another server, of the same family and by the same transport.
    mutating func redirect(to alternate: TransportAddress?, at now: Instant) {
        guard state == .allocating else { return }
        guard let alternate, alternate.isUsableByICE, alternate.ip.isIPv4 == address.ip.isIPv4,
            alternate.ip.isLoopback == address.ip.isLoopback, triedAddresses.count <= TURNLimits.redirections,
            triedAddresses.insert(alternate).inserted
        else { return allocationFailed(.redirectedTooOften, at: now) }
        address = alternate
        authenticator.forgetChallenge()
        requests = []
        guard server.transport.isStream else { return request(.allocate, at: now) }
        state = .idle
        emit(.connect(alternate))
    }
}
