import COpenSSL
import Testing

@testable import RTC

/// An end of DTLS whose certificates a test chooses: what an attacker may run.
private final class ForgedEnd {
    private let context: OpaquePointer
    private let ssl: OpaquePointer
    private let wire = DatagramBIO(mtu: 1200)

    /// - Parameters:
    ///   - leaf: whose key it has; nil for an end that shows no certificate.
    ///   - chain: what it shows behind the leaf, without having the keys.
    init(isClient: Bool, leaf: DTLSCertificate?, chain: [DTLSCertificate]) throws {
        let context = try #require(SSL_CTX_new(DTLS_method()))
        self.context = context
        COpenSSL_configure(context)
        SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-GCM-SHA256")
        SSL_CTX_set_tlsext_use_srtp(context, "SRTP_AEAD_AES_128_GCM")
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
        if let leaf {
            SSL_CTX_use_certificate(context, leaf.certificate)
            SSL_CTX_use_PrivateKey(context, leaf.key)
        }
        for certificate in chain {
            X509_up_ref(certificate.certificate)
            // SSL_CTX_add_extra_chain_cert, which is a macro.
            SSL_CTX_ctrl(context, SSL_CTRL_EXTRA_CHAIN_CERT, 0, UnsafeMutableRawPointer(certificate.certificate))
        }
        ssl = try #require(SSL_new(context))
        let bio = wire.makeBIO()
        SSL_set_bio(ssl, bio, bio)
        _ = COpenSSL_set_mtu(ssl, 1200)
        _ = COpenSSL_set_link_mtu(ssl, 1228)
        DTLS_set_timer_cb(ssl, { _, _ in 3_600_000_000 })
        if isClient { SSL_set_connect_state(ssl) } else { SSL_set_accept_state(ssl) }
    }

    deinit {
        SSL_free(ssl)
        SSL_CTX_free(context)
    }

    func exchange(with honest: DTLSTransport) {
        honest.start(at: .zero)
        SSL_do_handshake(ssl)
        for _ in 0..<20 {
            for bytes in wire.takeOutgoing() { honest.receive(bytes, at: .zero) }
            while let bytes = honest.pollTransmit() {
                wire.incoming = bytes
                ERR_clear_error()
                SSL_do_handshake(ssl)
                wire.incoming = nil
            }
        }
    }
}

/// CVE-2022-29222 and its like: whose certificate it is must be asked of the one whose key the far side has.
@Suite("DTLS and forged certificates") struct HostileCertificateTests {
    private func honest(_ role: DTLSRole, expecting certificate: DTLSCertificate) throws -> DTLSTransport {
        try DTLSTransport(
            certificate: try DTLSPair.certificates.get()[1], role: role, remoteFingerprints: [certificate.fingerprint])
    }

    @Test("a chain that holds the right certificate behind another's leaf opens nothing", arguments: [true, false])
    func chain(isClient: Bool) throws {
        let certificates = try DTLSPair.certificates.get()
        for chain in [
            [certificates[0]], [certificates[2], certificates[0]], Array(repeating: certificates[0], count: 8),
        ] {
            let honest = try honest(isClient ? .server : .client, expecting: certificates[0])
            try ForgedEnd(isClient: isClient, leaf: certificates[2], chain: chain).exchange(with: honest)
            #expect(honest.state == .failed(.fingerprintMismatch))
            #expect(honest.exportSRTPKeys() == nil)
        }
        // The right leaf with another's certificates behind it is the right one.
        let honest = try honest(isClient ? .server : .client, expecting: certificates[0])
        try ForgedEnd(isClient: isClient, leaf: certificates[0], chain: [certificates[2]]).exchange(with: honest)
        #expect(honest.state == .connected)
    }

    @Test("a client that shows no certificate gets no keys") func noCertificate() throws {
        let honest = try honest(.server, expecting: try DTLSPair.certificates.get()[0])
        try ForgedEnd(isClient: true, leaf: nil, chain: []).exchange(with: honest)
        guard case .failed = honest.state else {
            Issue.record("\(honest.state)")
            return
        }
        #expect(honest.exportSRTPKeys() == nil)
    }
}
