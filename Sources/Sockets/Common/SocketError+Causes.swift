import Glibc
import NIOCore
import NIOPosix
import NIOSSL

extension SocketError {
    /// The failure behind an error of NIO, of its TLS or of this module.
    ///
    /// - Parameters:
    ///   - cause: the error as thrown.
    ///   - peer: who it happened with, for errors that do not say.
    public init(cause: any Error, peer: SocketEndpoint? = nil) {
        switch cause {
        case let known as SocketError: self = known.with(peer: peer)
        case is CancellationError: self.init(.cancelled, peer: peer, "the task was cancelled")
        case let failed as NIOConnectionError: self = Self.connecting(failed, peer: peer)
        case let channel as ChannelError: self = Self.channel(channel, peer: peer)
        case let system as IOError: self.init(errno: system.errnoCode, peer: peer, system.description)
        case let tls as NIOSSLError: self = Self.tls(tls, peer: peer)
        case let tls as NIOSSLExtraError: self.init(.certificate, peer: peer, tls.description)
        case let tls as BoringSSLError: self = Self.stream(tls, peer: peer)
        case let unknown as SocketAddressError.UnknownHost:
            self.init(.unknownHost, peer: peer, "the name \(unknown.host) has no address")
        case let address as SocketAddressError: self.init(.unknownHost, peer: peer, String(describing: address))
        default: self.init(.system, peer: peer, String(describing: cause))
        }
    }

    /// The failure behind a number of `errno`.
    init(errno code: CInt, peer: SocketEndpoint? = nil, _ detail: String? = nil) {
        let detail = detail ?? String(cString: strerror(code))
        self.init(Self.kind(errno: code), peer: peer, detail)
    }

    private static func kind(errno code: CInt) -> Kind {
        switch code {
        case ECONNREFUSED: .refused
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN: .unreachable
        case ETIMEDOUT: .timedOut
        case EADDRINUSE: .addressInUse
        case EADDRNOTAVAIL: .addressUnavailable
        case EACCES, EPERM: .notPermitted
        case EAFNOSUPPORT, EPROTONOSUPPORT, ESOCKTNOSUPPORT, EPFNOSUPPORT: .unavailable
        case ECONNRESET, EPIPE, ECONNABORTED, ENOTCONN: .linkBroken
        default: .system
        }
    }

    private static func connecting(_ failed: NIOConnectionError, peer: SocketEndpoint?) -> SocketError {
        let asked = peer ?? SocketEndpoint(host: failed.host, port: failed.port)
        // One host may have several addresses: the last refusal tells most, a name without any tells nothing else.
        if let last = failed.connectionErrors.last { return SocketError(cause: last.error, peer: asked) }
        return SocketError(.unknownHost, peer: asked, "the name \(failed.host) has no address")
    }

    private static func channel(_ error: ChannelError, peer: SocketEndpoint?) -> SocketError {
        switch error {
        case .connectTimeout(let limit):
            SocketError(.timedOut, peer: peer, "no connection within \(Double(limit.nanoseconds) / 1e9) s")
        case .ioOnClosedChannel, .alreadyClosed, .outputClosed, .inputClosed:
            SocketError(.linkBroken, peer: peer, "the connection is closed")
        case .eof: SocketError(.closedByPeer, peer: peer, "the peer closed the connection")
        case .writeMessageTooLarge: SocketError(.tooLong, peer: peer, "the datagram is too long")
        default: SocketError(.system, peer: peer, String(describing: error))
        }
    }

    private static func tls(_ error: NIOSSLError, peer: SocketEndpoint?) -> SocketError {
        switch error {
        case .handshakeFailed(let reason), .shutdownFailed(let reason): stream(reason, peer: peer)
        case .uncleanShutdown:
            SocketError(.linkBroken, peer: peer, "the link was cut without the end of the encrypted stream")
        case .unableToValidateCertificate, .noCertificateToValidate, .cannotFindPeerIP:
            SocketError(.certificate, peer: peer, String(describing: error))
        case .failedToLoadCertificate, .failedToLoadPrivateKey:
            SocketError(.identity, peer: peer, String(describing: error))
        default: SocketError(.security, peer: peer, String(describing: error))
        }
    }

    private static func stream(_ error: BoringSSLError, peer: SocketEndpoint?) -> SocketError {
        let text = String(describing: error)
        // BoringSSL names a certificate's fault only in the text of its error stack.
        let certificate = text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("PEER_DID_NOT_RETURN")
        return SocketError(certificate ? .certificate : .security, peer: peer, text)
    }
}
