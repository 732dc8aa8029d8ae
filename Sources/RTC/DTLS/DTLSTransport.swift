import COpenSSL

/// One DTLS 1.2 association over datagrams that the owner carries (RFC 6347, RFC 5764). One OpenSSL handle.
///
/// Nothing of it is used before the far side's certificate fits the fingerprint of its description.
package final class DTLSTransport {
    /// As W3C's RTCDtlsTransportState.
    package enum State: Hashable, Sendable {
        case new, connecting, connected, closed
        case failed(DTLSFailure)
    }

    /// What a UDP payload may hold on every sane path.
    private static let mtu = 1200
    private static let firstRetransmission = Duration.milliseconds(150)
    private static let longestRetransmission = Duration.seconds(3)
    private static let handshakeLimit = Duration.seconds(30)
    private static let queueCap = 256
    /// A record's header; what is shorter is none.
    private static let recordHeaderCount = 13
    /// The most that a record's header, nonce and tag add, with any of our cipher suites.
    private static let recordOverhead = 37
    /// What `send` takes at most, so that a datagram holds it.
    package static let longestMessage = mtu - recordOverhead

    package let role: DTLSRole
    package private(set) var state = State.new
    /// Media may be sent, which on the client's side is a round trip before the handshake ends.
    package private(set) var areKeysAgreed = false
    private let context: OpaquePointer
    private let ssl: OpaquePointer
    private let wire = DatagramBIO(mtu: mtu)
    private let peerCheck: DTLSPeerCheck
    private var transmits: [[UInt8]] = []
    private var received: [[UInt8]] = []
    /// Where records are read to.
    private var plaintext = [UInt8](repeating: 0, count: 2048)
    private var started = Instant.zero
    private var backOff = firstRetransmission
    private var retransmission: Instant?

    /// - Throws: `CryptographyError` when OpenSSL refuses the certificate.
    package init(
        certificate: DTLSCertificate, role: DTLSRole, remoteFingerprints: [DTLSFingerprint],
        profiles: [SRTPProfile] = SRTPProfile.preferred
    ) throws(CryptographyError) {
        ERR_clear_error()
        self.role = role
        peerCheck = DTLSPeerCheck(fingerprints: remoteFingerprints)
        guard let context = SSL_CTX_new(DTLS_method()) else { throw CryptographyError.latest("starting DTLS") }
        COpenSSL_configure(context)
        SSL_CTX_set_verify(context, COpenSSL_verify_mutual, nil)
        peerCheck.install(in: context)
        SSL_CTX_set_cipher_list(
            context,
            "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
                + "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384")
        _ = COpenSSL_set_groups(context, "X25519:P-256:P-384")
        // Returns 0 on success, unlike everything else.
        SSL_CTX_set_tlsext_use_srtp(context, profiles.map(\.name).joined(separator: ":"))
        guard SSL_CTX_use_certificate(context, certificate.certificate) == 1,
            SSL_CTX_use_PrivateKey(context, certificate.key) == 1, let ssl = SSL_new(context)
        else {
            SSL_CTX_free(context)
            throw CryptographyError.latest("using a certificate")
        }
        self.context = context
        self.ssl = ssl
        let bio = wire.makeBIO()
        SSL_set_bio(ssl, bio, bio)
        _ = COpenSSL_set_mtu(ssl, Self.mtu)
        _ = COpenSSL_set_link_mtu(ssl, Self.mtu + 28)
        // OpenSSL's timer reads the real clock: it is put far away, and `handleTimeout` makes it expire.
        DTLS_set_timer_cb(ssl, { _, _ in 3_600_000_000 })
        if role == .client { SSL_set_connect_state(ssl) } else { SSL_set_accept_state(ssl) }
    }

    deinit {
        SSL_free(ssl)
        SSL_CTX_free(context)
    }

    /// The client's first flight goes out; the server waits.
    package func start(at now: Instant) {
        guard state == .new else { return }
        state = .connecting
        started = now
        advance(at: now)
    }

    /// Takes one datagram; what cannot be a record of DTLS is dropped.
    package func receive(_ datagram: [UInt8], at now: Instant) {
        // Anything shorter is no record; to OpenSSL an empty read would be the end of the wire.
        guard state == .connecting || state == .connected, datagram.count >= Self.recordHeaderCount,
            PlainHandshakeCheck.isSound(datagram)
        else { return }
        wire.incoming = datagram
        advance(at: now)
        wire.incoming = nil
    }

    /// When the flight must be repeated, if no answer comes, or the handshake be given up.
    package var nextTimeout: Instant? {
        state == .connecting ? earliest(retransmission, started + Self.handshakeLimit) : nil
    }

    /// Sends the last flight again when its time has come.
    package func handleTimeout(at now: Instant) {
        guard state == .connecting else { return }
        guard now - started < Self.handshakeLimit else {
            state = .failed(.timeout)
            return
        }
        guard let due = retransmission, due <= now else { return }
        backOff = min(backOff * 2, Self.longestRetransmission)
        retransmission = now + backOff
        ERR_clear_error()
        wire.expireTimer()
        // OpenSSL counts, too, and gives up at the thirteenth time.
        if COpenSSL_handle_timeout(ssl) < 0 { state = .failed(.timeout) }
        transmits += wire.takeOutgoing()
    }

    /// Sends data of the application; only when connected, and no more than `longestMessage` at once.
    package func send(_ bytes: [UInt8]) {
        guard state == .connected, !bytes.isEmpty, bytes.count <= Self.longestMessage else { return }
        clearErrors()
        SSL_write(ssl, bytes, Int32(bytes.count))
        transmits += wire.takeOutgoing()
    }

    /// The next datagram to send; nil when there is none.
    package func pollTransmit() -> [UInt8]? { transmits.isEmpty ? nil : transmits.removeFirst() }

    /// The next message of the association inside; nil when there is none.
    package func pollApplicationData() -> [UInt8]? { received.isEmpty ? nil : received.removeFirst() }

    /// Sends close_notify.
    package func close() {
        guard state == .connected || state == .connecting else { return }
        ERR_clear_error()
        if state == .connected {
            SSL_shutdown(ssl)
            transmits += wire.takeOutgoing()
        }
        state = .closed
    }

    private func advance(at now: Instant) {
        if state == .connecting { handshake(at: now) }
        if state == .connected { read() }
        transmits += wire.takeOutgoing()
    }

    private func handshake(at now: Instant) {
        ERR_clear_error()
        let result = SSL_do_handshake(ssl)
        let outgoing = wire.takeOutgoing()
        if !outgoing.isEmpty {
            transmits += outgoing
            backOff = Self.firstRetransmission
            retransmission = now + backOff
        }
        if result == 1 {
            finish()
            return
        }
        if role == .client, SSL_get_state(ssl) == TLS_ST_CW_FINISHED { noteKeysAgreed() }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: break
        case SSL_ERROR_ZERO_RETURN: state = .closed
        default: state = .failed(reason())
        }
    }

    /// Our last word is out. The far side has shown the certificate that its description announced, and signed the key
    /// exchange with it: what only it can read may follow at once, as RFC 7918 has it for suites like ours, which all have
    /// fresh keys and authenticated encryption. That saves a round trip; that it has heard us as we spoke is still to come.
    private func noteKeysAgreed() {
        guard !areKeysAgreed, let certificate = SSL_get1_peer_certificate(ssl) else { return }
        defer { X509_free(certificate) }
        areKeysAgreed = peerCheck.fits(certificate) && SSL_get_selected_srtp_profile(ssl) != nil
    }

    /// OpenSSL is content; the last checks are ours.
    private func finish() {
        guard let certificate = SSL_get1_peer_certificate(ssl) else {
            state = .failed(.fingerprintMismatch)
            return
        }
        defer { X509_free(certificate) }
        if !peerCheck.fits(certificate) {
            state = .failed(.fingerprintMismatch)
        } else if SSL_get_selected_srtp_profile(ssl) == nil {
            state = .failed(.incompatible)
        } else {
            state = .connected
            areKeysAgreed = true
        }
    }

    /// What OpenSSL's latest error means to us.
    private func reason() -> DTLSFailure {
        if peerCheck.hasRefused { return .fingerprintMismatch }
        switch ERR_GET_REASON(ERR_peek_error()) {
        case SSL_R_NO_SHARED_CIPHER, SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_WRONG_SSL_VERSION,
            SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
            ERR_clear_error()
            return .incompatible
        default: return .handshake(CryptographyError.latest("DTLS").message)
        }
    }

    /// Clearing costs as much as reading a short record, and there is hardly ever anything to clear.
    private func clearErrors() {
        if ERR_peek_error() != 0 { ERR_clear_error() }
    }

    private func read() {
        while true {
            clearErrors()
            let count = SSL_read(ssl, &plaintext, Int32(plaintext.count))
            if count > 0 {
                if received.count < Self.queueCap { received.append(Array(plaintext.prefix(Int(count)))) }
                continue
            }
            switch SSL_get_error(ssl, count) {
            case SSL_ERROR_ZERO_RETURN:
                // The far side's close_notify is answered with ours (RFC 5246 §7.2.1).
                SSL_shutdown(ssl)
                state = .closed
            case SSL_ERROR_SSL: state = .failed(reason())
            default: break
            }
            return
        }
    }

    /// Nil until `areKeysAgreed`, and once the association has failed or ended.
    package func exportSRTPKeys() -> SRTPKeyingMaterial? {
        guard areKeysAgreed, state == .connecting || state == .connected,
            let selected = SSL_get_selected_srtp_profile(ssl),
            let profile = SRTPProfile(rawValue: UInt16(selected.pointee.id))
        else { return nil }
        let (keyCount, saltCount) = (profile.keyCount, profile.saltCount)
        var bytes = [UInt8](repeating: 0, count: 2 * (keyCount + saltCount))
        let label = "EXTRACTOR-dtls_srtp"
        ERR_clear_error()
        guard
            SSL_export_keying_material(ssl, &bytes, bytes.count, label, label.utf8.count, nil, 0, 0) == 1
        else { return nil }
        let keys = 2 * keyCount
        return SRTPKeyingMaterial(
            profile: profile, clientKey: Array(bytes[..<keyCount]),
            clientSalt: Array(bytes[keys..<keys + saltCount]), serverKey: Array(bytes[keyCount..<keys]),
            serverSalt: Array(bytes[(keys + saltCount)...]))
    }

    /// `FEFD` for DTLS 1.2, as webrtc-stats `tlsVersion` writes it.
    package var versionText: String {
        String(UInt16(truncatingIfNeeded: SSL_version(ssl)), radix: 16, uppercase: true)
    }

    package var cipherName: String? {
        SSL_get_current_cipher(ssl).flatMap { SSL_CIPHER_standard_name($0) }.map { String(cString: $0) }
    }
}
