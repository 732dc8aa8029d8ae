import COpenSSL

/// Compares the certificate that the far side shows with what its description announced.
///
/// OpenSSL asks in the middle of the handshake, so that the far side gets an alert instead of a connection that only it
/// believes in. Must outlive the context that it is installed in.
final class DTLSPeerCheck {
    private let fingerprints: [DTLSFingerprint]
    /// A certificate came and was not the right one.
    private(set) var hasRefused = false

    init(fingerprints: [DTLSFingerprint]) { self.fingerprints = fingerprints }

    func fits(_ certificate: OpaquePointer) -> Bool {
        fingerprints.contains { DTLSCertificate.fingerprint(of: certificate, $0.algorithm) == $0 }
    }

    /// Takes the place of OpenSSL's own check of a chain of authorities, which a self-signed certificate has not.
    func install(in context: OpaquePointer) {
        SSL_CTX_set_cert_verify_callback(
            context,
            { store, argument in
                guard let store, let argument, let certificate = X509_STORE_CTX_get0_cert(store) else { return 0 }
                let check = Unmanaged<DTLSPeerCheck>.fromOpaque(argument).takeUnretainedValue()
                if check.fits(certificate) { return 1 }
                check.hasRefused = true
                X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED)
                return 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}
