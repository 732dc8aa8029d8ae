import COpenSSL

/// OpenSSL could not do what it was asked; the text is OpenSSL's own.
package struct CryptographyError: Error, Hashable {
    package var message: String

    static func latest(_ doing: String) -> CryptographyError {
        var buffer = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(ERR_get_error(), &buffer, buffer.count)
        let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        ERR_clear_error()
        return CryptographyError(message: "\(doing): \(text)")
    }
}

/// A P-256 key and its self-signed certificate (RFC 8827 §6.5): for DTLS, and as an installation's identity.
package final class DTLSCertificate: @unchecked Sendable {
    // Unchecked: OpenSSL's objects are never changed after the initialiser, and its reference counts are atomic.

    let key: OpaquePointer
    let certificate: OpaquePointer
    /// SHA-256 of the certificate.
    package let fingerprint: DTLSFingerprint

    private init(key: OpaquePointer, certificate: OpaquePointer) throws(CryptographyError) {
        self.key = key
        self.certificate = certificate
        guard let fingerprint = Self.fingerprint(of: certificate, .sha256) else {
            throw CryptographyError.latest("hashing a certificate")
        }
        self.fingerprint = fingerprint
    }

    deinit {
        X509_free(certificate)
        EVP_PKEY_free(key)
    }

    /// Valid from a day before `secondsSince1970` (clocks differ) for `days`.
    package static func generate(
        commonName: String, secondsSince1970: Int64, days: Int64 = 30
    ) throws(CryptographyError) -> DTLSCertificate {
        ERR_clear_error()
        guard let key = COpenSSL_generate_p256(), let certificate = X509_new() else {
            throw CryptographyError.latest("making a key")
        }
        var serial = [UInt8](repeating: 0, count: 8)
        RAND_bytes(&serial, 8)
        serial[0] &= 0x7F
        let number = BN_bin2bn(serial, 8, nil)
        BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate))
        BN_free(number)
        X509_set_version(certificate, 2)
        ASN1_TIME_set(X509_getm_notBefore(certificate), Int(secondsSince1970 - 86_400))
        ASN1_TIME_set(X509_getm_notAfter(certificate), Int(secondsSince1970 + days * 86_400))
        let name = X509_get_subject_name(certificate)
        let characters = Array(commonName.utf8.prefix(64))
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_FLAG | 0, characters, Int32(characters.count), -1, 0)
        X509_set_issuer_name(certificate, name)
        X509_set_pubkey(certificate, key)
        guard X509_sign(certificate, key, EVP_sha256()) > 0 else {
            X509_free(certificate)
            EVP_PKEY_free(key)
            throw CryptographyError.latest("signing a certificate")
        }
        return try DTLSCertificate(key: key, certificate: certificate)
    }

    /// From `pemCertificate` and `pemPrivateKey` of an earlier one.
    package convenience init(pemCertificate: String, pemPrivateKey: String) throws(CryptographyError) {
        ERR_clear_error()
        let certificateBytes = Array(pemCertificate.utf8)
        let keyBytes = Array(pemPrivateKey.utf8)
        let certificateBIO = BIO_new_mem_buf(certificateBytes, Int32(certificateBytes.count))
        let keyBIO = BIO_new_mem_buf(keyBytes, Int32(keyBytes.count))
        defer {
            BIO_free(certificateBIO)
            BIO_free(keyBIO)
        }
        guard let certificate = PEM_read_bio_X509(certificateBIO, nil, nil, nil) else {
            throw CryptographyError.latest("reading a certificate")
        }
        guard let key = PEM_read_bio_PrivateKey(keyBIO, nil, nil, nil) else {
            X509_free(certificate)
            throw CryptographyError.latest("reading a key")
        }
        guard X509_check_private_key(certificate, key) == 1 else {
            X509_free(certificate)
            EVP_PKEY_free(key)
            throw CryptographyError.latest("matching a key with its certificate")
        }
        try self.init(key: key, certificate: certificate)
    }

    package var pemCertificate: String { Self.pem { PEM_write_bio_X509($0, certificate) } }

    package var pemPrivateKey: String {
        Self.pem { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
    }

    private static func pem(_ write: (OpaquePointer) -> Int32) -> String {
        guard let bio = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free(bio) }
        _ = write(bio)
        var data: UnsafeMutablePointer<CChar>?
        let count = Int(COpenSSL_mem_bytes(bio, &data))
        guard let data, count > 0 else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: data, count: count), as: UTF8.self)
    }

    static func fingerprint(of certificate: OpaquePointer, _ algorithm: DTLSFingerprint.Algorithm) -> DTLSFingerprint? {
        let digest =
            switch algorithm {
            case .sha256: EVP_sha256()
            case .sha384: EVP_sha384()
            case .sha512: EVP_sha512()
            }
        var bytes = [UInt8](repeating: 0, count: 64)
        var count: UInt32 = 0
        guard X509_digest(certificate, digest, &bytes, &count) == 1 else { return nil }
        return DTLSFingerprint(algorithm: algorithm, bytes: Array(bytes.prefix(Int(count))))
    }
}
