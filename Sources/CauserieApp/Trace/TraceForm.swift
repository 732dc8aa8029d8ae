import GLibKit
import Glibc
import Sockets

/// What a person fills in before a trace.
package nonisolated struct TraceForm: Equatable, Sendable {
    /// The fields that may be refused.
    package enum Field: Sendable, Hashable, CaseIterable {
        case port, address, server, certificate, key, authorities, clientCertificate, clientKey
    }

    /// Why a trace cannot begin, and which field is at fault.
    package struct Problem: Error, Equatable, Sendable {
        package var field: Field
        package var reason: String
    }

    package var port = ""
    package var address = "127.0.0.1"
    package var server = ""
    package var isDatagram = false
    package var speaksTLSToClients = false
    package var certificate = ""
    package var key = ""
    package var speaksTLSToServer = false
    package var checksServer = true
    package var authorities = ""
    package var clientCertificate = ""
    package var clientKey = ""

    package init() {}

    /// What to relay, with the first field that does not allow it.
    package func route() throws(Problem) -> SocketTrace.Route {
        let trimmed = port.trimmed
        guard let port = trimmed.isEmpty ? 0 : Int(trimmed), (0...65_535).contains(port) else {
            throw Problem(
                field: .port, reason: tr("This must be a number from {from} to {to}.", ["from": "0", "to": "65535"]))
        }
        guard let server = SocketEndpoint(server.trimmed) else {
            throw Problem(
                field: .server, reason: tr("A server is written host:port, with brackets around an IPv6 address."))
        }
        var route = SocketTrace.Route(
            from: SocketEndpoint(host: address.trimmed, port: port), to: server, isDatagram: isDatagram)
        guard !isDatagram else { return route }
        if speaksTLSToClients {
            let identity = try identity(certificate, .certificate, key, .key)
            guard let identity else {
                throw Problem(field: .certificate, reason: tr("TLS to clients needs a certificate."))
            }
            route.serverSecurity = SocketSecurity.Server(identity: identity)
        }
        if speaksTLSToServer {
            if !authorities.trimmed.isEmpty { try check(authorities, .authorities) }
            route.clientSecurity = SocketSecurity.Client(
                roots: authorities.trimmed.isEmpty ? .system : .file(authorities.trimmed),
                verification: checksServer ? .full : .none,
                identity: try identity(clientCertificate, .clientCertificate, clientKey, .clientKey))
        }
        return route
    }

    /// The field that a trace's failure to begin is about.
    package func problem(_ error: SocketError) -> Problem {
        let field: Field
        switch error.kind {
        case .addressUnavailable, .unknownHost: field = .address
        // The error names the files that it is about.
        case .identity where speaksTLSToClients && error.detail.hasPrefix(certificate.trimmed): field = .certificate
        case .identity where !clientCertificate.trimmed.isEmpty && error.detail.hasPrefix(clientCertificate.trimmed):
            field = .clientCertificate
        case .identity: field = speaksTLSToServer ? .authorities : .certificate
        default: field = .port
        }
        return Problem(field: field, reason: TraceText.cause(error))
    }

    /// Nil without a certificate; the key may be in its file.
    private func identity(
        _ certificate: String, _ certificateField: Field, _ key: String, _ keyField: Field
    ) throws(Problem) -> SocketIdentity? {
        guard !certificate.trimmed.isEmpty else {
            guard key.trimmed.isEmpty else {
                throw Problem(field: certificateField, reason: tr("A key needs its certificate."))
            }
            return nil
        }
        try check(certificate, certificateField)
        if !key.trimmed.isEmpty { try check(key, keyField) }
        return .pem(certificates: certificate.trimmed, key: key.trimmed.isEmpty ? certificate.trimmed : key.trimmed)
    }

    private func check(_ path: String, _ field: Field) throws(Problem) {
        guard access(path.trimmed, R_OK) == 0 else {
            throw Problem(field: field, reason: tr("This file cannot be read."))
        }
    }
}

extension String {
    /// Without blanks at its ends, as a paste brings them.
    fileprivate nonisolated var trimmed: String {
        let inner = drop { $0.isWhitespace }
        return String(inner.reversed().drop { $0.isWhitespace }.reversed())
    }
}
