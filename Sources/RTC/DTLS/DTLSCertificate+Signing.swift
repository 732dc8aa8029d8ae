import COpenSSL

/// Signatures with an installation's key, for what has to be believed although others carry it.
extension DTLSCertificate {
    /// ECDSA with SHA-256 (FIPS 186-5 §6.4), DER.
    package func sign(_ bytes: [UInt8]) throws(CryptographyError) -> [UInt8] {
        ERR_clear_error()
        guard let context = EVP_MD_CTX_new() else { throw CryptographyError.latest("signing") }
        defer { EVP_MD_CTX_free(context) }
        var count = 0
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1,
            EVP_DigestSign(context, nil, &count, bytes, bytes.count) == 1
        else { throw CryptographyError.latest("signing") }
        var signature = [UInt8](repeating: 0, count: count)
        guard EVP_DigestSign(context, &signature, &count, bytes, bytes.count) == 1 else {
            throw CryptographyError.latest("signing")
        }
        return Array(signature.prefix(count))
    }

    /// The certificate itself (RFC 5280 §4.1), DER.
    package var encoded: [UInt8] {
        let count = i2d_X509(certificate, nil)
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        bytes.withUnsafeMutableBufferPointer { buffer in
            var end = buffer.baseAddress
            _ = i2d_X509(certificate, &end)
        }
        return bytes
    }

    /// Whose key made a signature: the fingerprint of the certificate that came with it; nil when it did not, or when it is
    /// no P-256 key, the only kind that an installation has.
    package static func signer(
        of bytes: [UInt8], signature: [UInt8], certificate encoded: [UInt8]
    ) -> DTLSFingerprint? {
        defer { ERR_clear_error() }
        let parsed = encoded.withUnsafeBufferPointer { buffer in
            var next = buffer.baseAddress
            return d2i_X509(nil, &next, buffer.count)
        }
        guard let certificate = parsed else { return nil }
        defer { X509_free(certificate) }
        // Borrowed: it lives as long as the certificate.
        guard let key = X509_get0_pubkey(certificate), EVP_PKEY_get_base_id(key) == EVP_PKEY_EC,
            EVP_PKEY_get_bits(key) == 256, let context = EVP_MD_CTX_new()
        else { return nil }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1,
            EVP_DigestVerify(context, signature, signature.count, bytes, bytes.count) == 1
        else { return nil }
        return fingerprint(of: certificate, .sha256)
    }
}
