import COpenSSL

/// What concerns OpenSSL as a whole.
package enum CryptographyLibrary {
    /// To be called before anything else uses it.
    ///
    /// By itself it takes its locks and tables down when the process exits, while other threads may still be signing or
    /// encrypting: those then read what is no more, and an orderly end becomes a crash. The system takes it all back anyway.
    package static func keepUntilTheEnd() {
        OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)
    }
}
