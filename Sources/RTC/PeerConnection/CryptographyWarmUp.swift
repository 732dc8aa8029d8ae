/// What the first call would wait for: the libraries' self-tests and tables.
///
/// Measured: Debian's libsrtp2 tests each of its ciphers in NSS, and loads and unloads NSS's token for each, about 100 ms
/// in all; a session that stays keeps the token loaded.
package enum CryptographyWarmUp {
    /// Blocks for about a tenth of a second the first time: on a thread that nobody waits for. Safe on any thread.
    package static func run(secondsSince1970: Int64) {
        _ = keeper
        // The curve's tables.
        _ = try? DTLSCertificate.generate(commonName: "WebRTC", secondsSince1970: secondsSince1970)
    }

    // Unsafe only by its type: made once by the runtime's once-only rule, never used, never freed.
    private nonisolated(unsafe) static let keeper: SRTPSession? = {
        let profile = SRTPProfile.aeadAES128GCM
        let zeros = { (count: Int) in [UInt8](repeating: 0, count: count) }
        return try? SRTPSession(
            profile: profile, key: zeros(profile.keyCount), salt: zeros(profile.saltCount), direction: .outbound)
    }()
}
