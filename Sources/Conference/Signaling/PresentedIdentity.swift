import NIOCore
import NIOSSL
import RTC
import Synchronization

/// Takes down which certificate the far side of one TLS handshake shows, and refuses all but the expected one.
final class PresentedIdentity: Sendable {
    private struct State {
        var fingerprint: DTLSFingerprint?
        var isRefused = false
    }

    /// Nil accepts any: trust on first use.
    let expected: DTLSFingerprint?
    private let state = Mutex(State())

    init(expected: DTLSFingerprint? = nil) { self.expected = expected }

    /// As it was shown; nil before the handshake.
    var fingerprint: DTLSFingerprint? { state.withLock { $0.fingerprint } }

    /// Whether another one than the expected was shown.
    var isRefused: Bool { state.withLock { $0.isRefused } }

    /// For NIOSSL. TLS itself proves that the far side has the certificate's key.
    var callback: NIOSSLCustomVerificationCallback {
        { [self] certificates, promise in promise.succeed(decide(certificates)) }
    }

    private func decide(_ certificates: [NIOSSLCertificate]) -> NIOSSLVerificationResult {
        guard let leaf = certificates.first, let bytes = try? leaf.toDERBytes(),
            let shown = try? DTLSFingerprint(ofCertificate: bytes)
        else { return .failed }
        let isRefused = expected.map { $0 != shown } ?? false
        state.withLock { $0 = State(fingerprint: shown, isRefused: isRefused) }
        return isRefused ? .failed : .certificateVerified
    }
}
