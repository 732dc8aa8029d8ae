import Wire

/// The client's half of the long-term credential mechanism (RFC 8489 §9.2): what the server's last challenge asked for.
struct TURNAuthenticator: Sendable {
    /// What a request was signed with, to check its response by.
    struct Signature: Hashable, Sendable {
        let key: [UInt8]
        let integrity: STUNIntegrity
        let nonce: [UInt8]
    }

    /// Begins a nonce that tells of security features (RFC 8489 §9.2).
    private static let cookie = Array("obMatJos2".utf8)

    var credentials: TURNCredentials {
        didSet { updateKey() }
    }
    private var realm: String?
    private var nonce: [UInt8] = []
    /// As the server listed them, to be repeated; nil where it knows MD5 only.
    private var offered: [STUNPasswordAlgorithm]?
    private var algorithm = STUNPasswordAlgorithm.md5
    private var hidesUsername = false
    private var key: [UInt8] = []

    init(credentials: TURNCredentials) { self.credentials = credentials }

    /// What the next request will be signed with; nil before the first challenge.
    var signature: Signature? {
        realm == nil ? nil : Signature(key: key, integrity: offered == nil ? .sha1 : .sha256, nonce: nonce)
    }

    /// Takes a 401 or 438. False, and nothing is changed, when it cannot be answered: parts are missing, there is no
    /// algorithm that we know, or somebody has taken the better ones out on the way (RFC 8489 §9.2.5).
    mutating func accept(_ challenge: STUNMessage) -> Bool {
        guard let nonce = challenge.nonce, !nonce.isEmpty, let realm = challenge.realm ?? realm else { return false }
        let features = Self.features(of: nonce)
        var chosen = STUNPasswordAlgorithm.md5
        if let offered = challenge.passwordAlgorithms {
            guard let known = offered.first(where: { $0 == .sha256 || $0 == .md5 }) else { return false }
            chosen = known
        } else if features.hasPasswordAlgorithms {
            return false
        }
        self.realm = realm
        self.nonce = nonce
        offered = challenge.passwordAlgorithms
        algorithm = chosen
        hidesUsername = features.hidesUsername
        updateKey()
        return true
    }

    /// Another server has its own.
    mutating func forgetChallenge() {
        realm = nil
        nonce = []
        offered = nil
    }

    /// The bytes of a request, signed once there was a challenge.
    func serialize(
        _ method: STUNMethod, transaction: STUNTransactionID, _ attributes: [STUNAttribute]
    ) -> [UInt8] {
        var request = STUNMessage(.request, method, transaction: transaction, attributes: attributes)
        guard let realm, let signature else { return request.serialized() }
        let username = credentials.username
        request.attributes.append(
            hidesUsername
                ? .userhash(SHA256.digest(of: "\(username):\(realm)".utf8))
                : .username(Array(username.utf8.prefix(508))))
        request.attributes += [.realm(realm), .nonce(nonce)]
        if let offered { request.attributes += [.passwordAlgorithms(offered), .passwordAlgorithm(algorithm)] }
        return request.serialized(integrityKey: signature.key, integrity: signature.integrity)
    }

    private mutating func updateKey() {
        guard let realm else { return }
        key = algorithm.key(username: credentials.username, realm: realm, password: credentials.password) ?? []
    }

    /// The first two of the 24 bits that four characters of base64 after the cookie stand for.
    private static func features(of nonce: [UInt8]) -> (hasPasswordAlgorithms: Bool, hidesUsername: Bool) {
        guard nonce.starts(with: cookie), nonce.count >= cookie.count + 4 else { return (false, false) }
        let bits: UInt8 =
            switch nonce[cookie.count] {
            case let letter where (0x41...0x5A).contains(letter): letter - 0x41
            case let letter where (0x61...0x7A).contains(letter): letter - 0x61 + 26
            case let digit where (0x30...0x39).contains(digit): digit - 0x30 + 52
            case UInt8(ascii: "+"): 62
            case UInt8(ascii: "/"): 63
            default: 0
            }
        return (bits & 0x20 != 0, bits & 0x10 != 0)
    }
}
