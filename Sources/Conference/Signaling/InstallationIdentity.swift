import NIOCore
import NIOSSL
import RTC

/// The key and certificate by which this installation is known to others.
struct InstallationIdentity: Sendable {
    let fingerprint: DTLSFingerprint
    let certificate: NIOSSLCertificate
    let privateKey: NIOSSLPrivateKey
    private let signer: DTLSCertificate

    init(_ certificate: DTLSCertificate) throws {
        signer = certificate
        fingerprint = certificate.fingerprint
        self.certificate = try NIOSSLCertificate(bytes: Array(certificate.pemCertificate.utf8), format: .pem)
        privateKey = try NIOSSLPrivateKey(bytes: Array(certificate.pemPrivateKey.utf8), format: .pem)
    }

    /// That we wrote a description; nil for other messages.
    func proof(of envelope: SignalingEnvelope) throws -> IdentityProof? {
        guard let bytes = envelope.signedBytes else { return nil }
        return IdentityProof(certificate: signer.encoded, signature: try signer.sign(bytes))
    }

    /// TLS 1.3 where both sides show their certificate. Whose it is, the caller of the handshake decides: the usual
    /// authorities have no say.
    func serverContext() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(certificate)], privateKey: .privateKey(privateKey))
        Self.restrict(&configuration)
        return try NIOSSLContext(configuration: configuration)
    }

    func clientContext() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateChain = [.certificate(certificate)]
        configuration.privateKey = .privateKey(privateKey)
        Self.restrict(&configuration)
        return try NIOSSLContext(configuration: configuration)
    }

    private static func restrict(_ configuration: inout TLSConfiguration) {
        configuration.minimumTLSVersion = .tlsv13
        configuration.certificateVerification = .noHostnameVerification
        configuration.trustRoots = .certificates([])
        configuration.shutdownTimeout = .seconds(1)
    }
}
