import Foundation
import Programs
import Testing

/// An authority, a server's and a client's certificate, made by the openssl tool.
final class Certificates: Sendable {
    /// Made once for all tests: keys take their time.
    static let shared = Result { try Certificates() }

    private let path: String
    private nonisolated(unsafe) let folder: TemporaryFolder  // Held only so that the files stay; never touched.

    private init() throws {
        folder = try TemporaryFolder()
        path = folder.url.path
        try openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=Test Authority", "-keyout", file("ca.key"), "-out", file("ca.pem"))
        try issue("server", extensions: "subjectAltName=DNS:localhost,IP:127.0.0.1")
        try issue("other", extensions: "subjectAltName=DNS:elsewhere.example")
        try issue("client", extensions: "extendedKeyUsage=clientAuth")
        for name in ["server", "client"] {
            try openssl(
                "pkcs12", "-export", "-inkey", file("\(name).key"), "-in", file("\(name).pem"), "-passout",
                "pass:secret",
                "-out", file("\(name).p12"))
        }
        try openssl(
            "ec", "-in", file("server.key"), "-aes128", "-passout", "pass:secret", "-out", file("locked.key"))
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    private func issue(_ name: String, extensions: String) throws {
        try openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=\(name)",
            "-keyout", file("\(name).key"), "-out", file("\(name).csr"))
        try folder.write(extensions, to: "\(name).ext")
        try openssl(
            "x509", "-req", "-in", file("\(name).csr"), "-CA", file("ca.pem"), "-CAkey", file("ca.key"),
            "-CAcreateserial", "-days", "2", "-extfile", file("\(name).ext"), "-out", file("\(name).pem"))
    }

    private func openssl(_ arguments: String...) throws {
        let outcome = try Program.run(try Program.system("openssl"), arguments)
        try #require(outcome.status == 0, "\(outcome.errors)")
    }
}
