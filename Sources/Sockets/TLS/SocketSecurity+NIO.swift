import NIOCore
import NIOSSL

extension SocketSecurity.Client {
    /// The settings as NIO's TLS wants them. Reads files: to be called off the event loop.
    func context() throws(SocketError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        try SocketSecurity.limit(&configuration, to: versions)
        configuration.trustRoots = roots.trust
        switch verification {
        case .full: configuration.certificateVerification = .fullVerification
        case .anyName: configuration.certificateVerification = .noHostnameVerification
        case .none: configuration.certificateVerification = .none
        }
        if let (chain, key) = try identity?.load() {
            configuration.certificateChain = chain
            configuration.privateKey = key
        }
        return try SocketSecurity.make(configuration)
    }
}

extension SocketSecurity.Server {
    /// The settings as NIO's TLS wants them. Reads files: to be called off the event loop.
    func context() throws(SocketError) -> NIOSSLContext {
        let (chain, key) = try identity.load()
        var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: key)
        try SocketSecurity.limit(&configuration, to: versions)
        if let clientRoots {
            configuration.trustRoots = clientRoots.trust
            // A client's certificate is made for a person or a device: there is no host name to compare.
            configuration.certificateVerification = .noHostnameVerification
        }
        return try SocketSecurity.make(configuration)
    }
}

extension SocketSecurity.Roots {
    fileprivate var trust: NIOSSLTrustRoots {
        switch self {
        case .system: .default
        case .file(let path): .file(path)
        }
    }
}

extension SocketSecurity {
    fileprivate static func limit(
        _ configuration: inout TLSConfiguration, to versions: Set<Version>
    ) throws(SocketError) {
        let obsolete = versions.filter { $0 < .tls12 }.sorted().map(\.name)
        guard obsolete.isEmpty else {
            let names = obsolete.joined(separator: ", ")
            throw SocketError(.obsoleteVersion, "\(names): unsafe and not served; use TLS 1.2 or 1.3")
        }
        guard let oldest = versions.min(), let newest = versions.max() else {
            throw SocketError(.invalidArgument, "no version of TLS is allowed")
        }
        configuration.minimumTLSVersion = oldest == .tls13 ? .tlsv13 : .tlsv12
        configuration.maximumTLSVersion = newest == .tls12 ? .tlsv12 : .tlsv13
    }

    fileprivate static func make(_ configuration: TLSConfiguration) throws(SocketError) -> NIOSSLContext {
        var configuration = configuration
        // A peer that does not answer the goodbye keeps its reader no longer than this.
        configuration.shutdownTimeout = .seconds(1)
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw SocketError(.identity, "the certificate, its key or the authorities cannot be used: \(error)")
        }
    }
}

extension SocketSecurity.Version {
    /// The name as people write it.
    public var name: String {
        switch self {
        case .ssl2: "SSL 2"
        case .ssl3: "SSL 3"
        case .tls10: "TLS 1.0"
        case .tls11: "TLS 1.1"
        case .tls12: "TLS 1.2"
        case .tls13: "TLS 1.3"
        }
    }
}

extension SocketIdentity {
    fileprivate func load() throws(SocketError) -> ([NIOSSLCertificateSource], NIOSSLPrivateKeySource) {
        do {
            switch self {
            case .pem(let certificates, let key, let password):
                let chain = try NIOSSLCertificate.fromPEMFile(certificates)
                let opened = try NIOSSLPrivateKey(file: key, format: .pem) { set in set((password ?? "").utf8) }
                return (chain.map { .certificate($0) }, .privateKey(opened))
            case .pkcs12(let path, let password):
                let bundle = try NIOSSLPKCS12Bundle(file: path, passphrase: password.map { Array($0.utf8) })
                return (bundle.certificateChain.map { .certificate($0) }, .privateKey(bundle.privateKey))
            }
        } catch {
            throw SocketError(.identity, "\(file): \(error)")
        }
    }

    private var file: String {
        switch self {
        case .pem(let certificates, let key, _): certificates == key ? key : "\(certificates), \(key)"
        case .pkcs12(let path, _): path
        }
    }
}
