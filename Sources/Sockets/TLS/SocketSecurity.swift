/// How a connection is encrypted.
public enum SocketSecurity {
    /// The versions that the original's options name; only the last two are served.
    public enum Version: Sendable, Hashable, CaseIterable, Comparable {
        /// SSL 2: refused.
        case ssl2
        /// SSL 3: refused.
        case ssl3
        /// TLS 1.0: refused.
        case tls10
        /// TLS 1.1: refused.
        case tls11
        /// TLS 1.2 (RFC 5246).
        case tls12
        /// TLS 1.3 (RFC 8446).
        case tls13
    }

    /// Who vouches for a peer's certificate.
    public enum Roots: Sendable, Hashable {
        /// The authorities that this system trusts.
        case system
        /// The authorities of a PEM file, and no others.
        case file(String)
    }

    /// How far a server's certificate is checked.
    public enum Verification: Sendable, Hashable {
        /// Trusted, valid today and made for the name asked for.
        case full
        /// Trusted and valid today, made for whatever name.
        case anyName
        /// Not at all: only against eavesdroppers who do not interfere. For tests and traces.
        case none
    }

    /// TLS as a client speaks it.
    public struct Client: Sendable, Hashable {
        /// The authorities whose signature counts.
        public var roots: Roots
        /// How far the server's certificate is checked.
        public var verification: Verification
        /// The certificate shown when the server asks for one.
        public var identity: SocketIdentity?
        /// The versions allowed: TLS 1.2 and 1.3. Any older one makes connecting fail with `obsoleteVersion`.
        public var versions: Set<Version>
        /// The name asked for and checked, where it is not the host connected to.
        public var serverName: String?

        /// A client's settings: by default full checks against the system's authorities.
        public init(
            roots: Roots = .system, verification: Verification = .full, identity: SocketIdentity? = nil,
            versions: Set<Version> = [.tls12, .tls13], serverName: String? = nil
        ) {
            self.roots = roots
            self.verification = verification
            self.identity = identity
            self.versions = versions
            self.serverName = serverName
        }
    }

    /// TLS as a server speaks it.
    public struct Server: Sendable, Hashable {
        /// The certificate shown to clients, with its key.
        public var identity: SocketIdentity
        /// Who must have signed the certificates that clients have to show; nil when they need none.
        public var clientRoots: Roots?
        /// The versions allowed: TLS 1.2 and 1.3. Any older one makes listening fail with `obsoleteVersion`.
        public var versions: Set<Version>

        /// A server's settings: by default without client certificates.
        public init(identity: SocketIdentity, clientRoots: Roots? = nil, versions: Set<Version> = [.tls12, .tls13]) {
            self.identity = identity
            self.clientRoots = clientRoots
            self.versions = versions
        }
    }
}

/// A certificate with its private key.
public enum SocketIdentity: Sendable, Hashable {
    /// PEM files: the certificate first, then those that lead to the authority; the key may be in the same file.
    case pem(certificates: String, key: String, password: String? = nil)
    /// A PKCS#12 file (`.p12`, `.pfx`).
    case pkcs12(String, password: String? = nil)
}
