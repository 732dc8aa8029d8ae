import COpenSSL

extension DTLSFingerprint {
    /// SHA-256 of a certificate in DER form, such as the far side of a TLS connection showed.
    ///
    /// - Throws: `CryptographyError` when OpenSSL has no memory for it.
    package init(ofCertificate der: [UInt8]) throws(CryptographyError) {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 0
        guard EVP_Digest(der, der.count, &bytes, &count, EVP_sha256(), nil) == 1, count == 32 else {
            throw CryptographyError.latest("hashing a certificate")
        }
        self.init(algorithm: .sha256, bytes: bytes)
    }
}
