import COpenSSL

/// SHA-256 (FIPS 180-4) of what comes in pieces.
package final class SHA256Hash {
    private let context: OpaquePointer

    /// - Throws: `CryptographyError` when OpenSSL has no memory for it.
    package init() throws(CryptographyError) {
        guard let context = EVP_MD_CTX_new() else { throw CryptographyError.latest("hashing") }
        self.context = context
        guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            EVP_MD_CTX_free(context)
            throw CryptographyError.latest("hashing")
        }
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes more of the message.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        // Without anything there may be no address.
        if let base = bytes.baseAddress { EVP_DigestUpdate(context, base, bytes.count) }
    }

    /// Of everything so far; more may follow.
    package var value: [UInt8] {
        get throws(CryptographyError) {
            guard let copy = EVP_MD_CTX_new() else { throw CryptographyError.latest("hashing") }
            defer { EVP_MD_CTX_free(copy) }
            var bytes = [UInt8](repeating: 0, count: 32)
            guard EVP_MD_CTX_copy_ex(copy, context) == 1, EVP_DigestFinal_ex(copy, &bytes, nil) == 1 else {
                throw CryptographyError.latest("hashing")
            }
            return bytes
        }
    }
}
