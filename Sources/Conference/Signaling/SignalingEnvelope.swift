import RTC

/// A message with what its way adds to it: the call that it belongs to and its place there; and, through a server, who
/// sends it to whom, and the proof of it.
package struct SignalingEnvelope: Hashable, Sendable {
    package var message: SignalingMessage
    /// Known to the two sides of one call alone; nil from a side that knows nothing of this.
    package var call: String?
    /// Counts the messages of a side from 1; nil for what is not repeated when it is lost.
    package var number: UInt64?
    /// The number of the last message that has arrived from the far side; 0 for none.
    package var received: UInt64?
    /// Through a server: who sends it, as the server says, and to whom.
    package var sender: String?
    package var target: String?
    package var proof: IdentityProof?

    package init(
        _ message: SignalingMessage, call: String? = nil, number: UInt64? = nil, received: UInt64? = nil,
        target: String? = nil
    ) {
        self.message = message
        self.call = call
        self.number = number
        self.received = received
        self.target = target
    }

    /// 128 bits that nobody guesses.
    package static func newCall() -> String {
        (0..<2).map { _ in
            let digits = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }
}

/// That whoever wrote a description, or says how they are, has an installation's key.
package struct IdentityProof: Hashable, Sendable {
    /// DER.
    package var certificate: [UInt8]
    /// ECDSA with SHA-256 over `SignalingEnvelope.signedBytes`.
    package var signature: [UInt8]

    package init(certificate: [UInt8], signature: [UInt8]) {
        self.certificate = certificate
        self.signature = signature
    }
}

extension SignalingEnvelope {
    /// What a proof is over: the description with the fingerprint of the media's key, or how somebody is; and whom it is for
    /// in which call or question, so that a server can neither put another one there nor use it elsewhere. Nil for other
    /// messages.
    var signedBytes: [UInt8]? {
        // None of the parts but the last can hold a zero byte.
        let parts: [String]
        let about = [call ?? "", "\(number ?? 0)", target ?? ""]
        switch message {
        case .videoOffer(_, let sdp): parts = ["causerie-description-1", "offer"] + about + [sdp]
        case .videoAnswer(_, let sdp): parts = ["causerie-description-1", "answer"] + about + [sdp]
        case .presenceRequest: parts = ["causerie-presence-1", "request"] + about
        case .presence(let word): parts = ["causerie-presence-1", "answer"] + about + [word.rawValue]
        default: return nil
        }
        return Array(parts.joined(separator: "\0").utf8)
    }

    /// The key that wrote it; nil without a proof.
    ///
    /// - Throws: when there is a proof and it is none.
    func prover() throws(SignalingError) -> DTLSFingerprint? {
        guard let proof else { return nil }
        guard let signedBytes,
            let key = DTLSCertificate.signer(
                of: signedBytes, signature: proof.signature, certificate: proof.certificate)
        else { throw SignalingError("a message with a wrong signature") }
        return key
    }
}
