import Wire

/// Requests and their responses: repetition, authentication, errors (RFC 8489 §6.2, §6.3, §9.2).
extension TURNClient {
    mutating func request(_ purpose: TURNRequest.Purpose, challenges: Int = 0, at now: Instant) {
        let id = STUNTransactionID(using: &random)
        let bytes = authenticator.serialize(purpose.method, transaction: id, attributes(for: purpose))
        let timeout = server.transport.isStream ? timing.streamTimeout : timing.firstRetransmission
        requests.append(
            TURNRequest(
                id: id, purpose: purpose, bytes: bytes, signature: authenticator.signature, challenges: challenges,
                timeout: timeout, dueAt: now + timeout))
        transmit(bytes, at: now)
    }

    private func attributes(for purpose: TURNRequest.Purpose) -> [STUNAttribute] {
        let lifetime = UInt32(clamping: timing.lifetime.components.seconds)
        switch purpose {
        case .allocate:
            let family: [STUNAttribute] =
                switch families {
                case .ipv4: []
                case .ipv6: [.requestedAddressFamily(.ipv6)]
                case .both: [.additionalAddressFamily(.ipv6)]
                }
            // 17 is UDP.
            return [.requestedTransport(17), .lifetime(lifetime)] + family
        case .refresh: return [.lifetime(lifetime)]
        case .release: return [.lifetime(0)]
        case .permission(let ip): return [.xorPeerAddress(TransportAddress(ip, port: 0))]
        case .channel(let peer): return [.channelNumber(channels[peer]?.number ?? 0), .xorPeerAddress(peer)]
        }
    }

    /// Repeats requests whose time is up, and fails those repeated often enough.
    mutating func retransmit(at now: Instant) {
        let limit = server.transport.isStream ? 1 : timing.transmissions
        var failed: [TURNRequest] = []
        for index in requests.indices.reversed() where requests[index].dueAt <= now {
            guard requests[index].transmissions < limit else {
                failed.append(requests.remove(at: index))
                continue
            }
            requests[index].transmissions += 1
            requests[index].timeout = min(requests[index].timeout * 2, timing.maximumRetransmission)
            requests[index].dueAt = now + requests[index].timeout
            transmit(requests[index].bytes, at: now)
        }
        for request in failed { fail(request.purpose, .timeout, at: now) }
    }

    mutating func receiveResponse(_ received: ReceivedSTUNMessage, at now: Instant) {
        let message = received.message
        guard let index = requests.firstIndex(where: { $0.id == message.transaction }),
            requests[index].purpose.method == message.method, message.unknownRequiredTypes.isEmpty
        else { return }
        let request = requests[index]
        guard message.messageClass == .error else {
            // A success nobody has signed may be a forgery: the true one may yet come (RFC 8489 §9.2.5).
            guard let signature = request.signature else {
                requests.remove(at: index)
                return succeed(request, message, at: now)
            }
            guard received.isAuthentic(key: signature.key, integrity: signature.integrity) else { return }
            requests.remove(at: index)
            return succeed(request, message, at: now)
        }
        guard let error = message.errorCode else { return }
        // Challenges cannot be signed, and some servers sign no error. Only who sees our requests can forge those, and
        // such a one can stop us anyway. But what is signed must be signed right.
        if let signature = request.signature, received.hasIntegrity || received.hasIntegritySHA256,
            !received.isAuthentic(key: signature.key, integrity: signature.integrity)
        {
            return
        }
        requests.remove(at: index)
        switch error.code {
        case 401, 438: answer(message, to: request, isStale: error.code == 438, at: now)
        case 300 where request.purpose == .allocate: redirect(to: message.alternateServer, at: now)
        default: fail(request.purpose, TURNFailure(code: error.code), at: now)
        }
    }

    /// 401 asks for credentials, 438 for the same with a new nonce.
    private mutating func answer(
        _ challenge: STUNMessage, to request: TURNRequest, isStale: Bool, at now: Instant
    ) {
        let isRefused = !isStale && request.signature.map { $0.nonce == challenge.nonce } ?? false
        // A server that has started anew asks for credentials by a nonce that is new to us: that is no refusal, the first
        // time.
        let isSecondRefusal = !isStale && request.signature != nil && request.challenges > 1
        if isRefused || isSecondRefusal {
            guard let next = nextCredentials else { return fail(request.purpose, .unauthorized, at: now) }
            authenticator.credentials = next
            nextCredentials = nil
        }
        guard request.challenges < TURNLimits.challenges, authenticator.accept(challenge) else {
            return fail(request.purpose, request.signature == nil ? .malformedResponse : .unauthorized, at: now)
        }
        self.request(request.purpose, challenges: request.challenges + 1, at: now)
    }

    private mutating func succeed(_ request: TURNRequest, _ message: STUNMessage, at now: Instant) {
        switch request.purpose {
        case .allocate: allocated(message, at: now)
        case .refresh: refreshed(message, at: now)
        case .release: released(at: now)
        case .permission(let ip):
            permitted(ip, isFirst: request.transmissions == 1 && request.challenges == 0, at: now)
        case .channel(let peer): bound(peer, at: now)
        }
    }

    private mutating func fail(_ purpose: TURNRequest.Purpose, _ failure: TURNFailure, at now: Instant) {
        switch purpose {
        case .allocate: allocationFailed(failure, at: now)
        case .refresh: refreshFailed(failure, at: now)
        case .release: released(at: now)
        case .permission(let ip):
            if isLoss(failure, at: now) { return lose(failure, at: now) }
            permissionFailed(ip, failure, at: now)
        case .channel(let peer):
            if isLoss(failure, at: now) { return lose(failure, at: now) }
            channelFailed(peer, at: now)
        }
    }

    /// Whether a refusal of a peer says that there is no allocation. Some servers say 400 then, which may as well be about the
    /// peer: a refresh tells.
    private mutating func isLoss(_ failure: TURNFailure, at now: Instant) -> Bool {
        if failure == .refused(400) { probe(at: now) }
        return failure == .allocationMismatch
    }
}
