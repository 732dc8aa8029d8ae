import Logging
import RTC
import Transport

/// The installation's own key and certificate: made once, kept in the profile's data folder.
enum IdentityStore {
    /// Others know us by it for as long as the installation lives.
    private static let days: Int64 = 20 * 365

    /// The identity of the profile; a new one, and kept, where there is none.
    ///
    /// - Throws: when no key can be made. A folder that cannot be written is logged: then the identity is for this run.
    static func identity(in folders: ProfileFolders?, logger: Logger) throws -> InstallationIdentity {
        guard let folders else { return try InstallationIdentity(generate()) }
        let file = ProfileFile(path: folders.data + "/identity.pem")
        do {
            if let bytes = try file.read() {
                if let known = parse(bytes) { return known }
                logger.warning(
                    "the identity key is damaged: it is kept aside and a new one is made; others will be warned")
                file.keepAside()
            }
        } catch { logger.warning("the identity key cannot be read: \(error)") }
        let certificate = try generate()
        do {
            try file.write(Array((certificate.pemCertificate + certificate.pemPrivateKey).utf8))
        } catch { logger.warning("the identity key cannot be kept: \(error)") }
        return try InstallationIdentity(certificate)
    }

    private static func generate() throws -> DTLSCertificate {
        try DTLSCertificate.generate(
            commonName: "Causerie", secondsSince1970: MonotonicClock.secondsSince1970, days: days)
    }

    private static func parse(_ bytes: [UInt8]) -> InstallationIdentity? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let certificate = try? DTLSCertificate(pemCertificate: text, pemPrivateKey: text) else { return nil }
        return try? InstallationIdentity(certificate)
    }
}
