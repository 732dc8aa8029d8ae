import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import RTC

/// Why a server or a port could not be reached, as far as it can be told apart.
package enum ProbeFailure: Error, Hashable, Sendable {
    case unknownHost
    case timeout
    /// Something answers there that does not want connections.
    case refused
    /// No way there from this machine.
    case unreachable
    /// The connection broke off.
    case connectionLost
    /// Nobody known vouches for the certificate, it has expired, or it is for another name.
    case certificate
    /// TLS failed for another reason.
    case security
    /// The user or the password.
    case unauthorized
    case forbidden
    /// Too many connections of this user, or of all.
    case exhausted
    /// An error code, or an answer that makes no sense.
    case refusedByServer(code: Int?)
    /// This machine has no socket for it.
    case noSocket

    package init(_ failure: TURNFailure) {
        self =
            switch failure {
            case .timeout: .timeout
            case .connectionLost: .connectionLost
            case .unauthorized, .wrongCredentials: .unauthorized
            case .forbidden: .forbidden
            case .quotaReached, .insufficientCapacity: .exhausted
            case .refused(let code): .refusedByServer(code: code)
            case .allocationMismatch, .addressFamilyNotSupported, .unsupportedTransport, .redirectedTooOften,
                .malformedResponse:
                .refusedByServer(code: nil)
            }
    }

    /// Of a connection that could not be opened.
    package init(connecting error: any Error) {
        self =
            switch error {
            case let failure as ProbeFailure: failure
            case let error as NIOConnectionError:
                error.connectionErrors.last.map { Self(connecting: $0.error) } ?? .unknownHost
            case ChannelError.connectTimeout: .timeout
            case ChannelError.eof, ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed: .connectionLost
            case let error as IOError: Self.system(error.errnoCode)
            case let error as NIOSSLError: Self.tls(error)
            // The name in a certificate.
            case is NIOSSLExtraError: .certificate
            default: .connectionLost
            }
    }

    private static func system(_ code: CInt) -> Self {
        switch code {
        case ECONNREFUSED: .refused
        case ETIMEDOUT: .timeout
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EACCES, EPERM: .unreachable
        default: .connectionLost
        }
    }

    private static func tls(_ error: NIOSSLError) -> Self {
        switch error {
        case .handshakeFailed(let reason):
            // BoringSSL names a certificate's fault only in the text of its error stack.
            String(describing: reason).contains("CERTIFICATE_VERIFY_FAILED") ? .certificate : .security
        case .unableToValidateCertificate, .noCertificateToValidate, .cannotFindPeerIP: .certificate
        default: .security
        }
    }
}
