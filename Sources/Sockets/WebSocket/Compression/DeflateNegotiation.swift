/// What this side wants of permessage-deflate (RFC 7692).
public struct WebSocketCompression: Hashable, Sendable {
    /// Whether each message that is sent stands by itself: less memory, less gain.
    public var sendsWithoutContext: Bool
    /// Whether the far side is asked to do the same.
    public var receivesWithoutContext: Bool
    /// The window for sending is two to this power, in bytes; 8 to 15, put into that range. With 8 nothing is sent
    /// compressed, because zlib has no such window.
    public var sendingWindowBits: Int { didSet { sendingWindowBits = Self.clamped(sendingWindowBits) } }
    /// The window that the far side is asked to keep to; 8 to 15, put into that range.
    public var receivingWindowBits: Int { didSet { receivingWindowBits = Self.clamped(receivingWindowBits) } }
    /// Messages of fewer bytes are sent as they are.
    public var threshold: Int

    public init(
        sendsWithoutContext: Bool = false, receivesWithoutContext: Bool = false, sendingWindowBits: Int = 15,
        receivingWindowBits: Int = 15, threshold: Int = 64
    ) {
        self.sendsWithoutContext = sendsWithoutContext
        self.receivesWithoutContext = receivesWithoutContext
        self.sendingWindowBits = Self.clamped(sendingWindowBits)
        self.receivingWindowBits = Self.clamped(receivingWindowBits)
        self.threshold = threshold
    }

    /// For a server of many clients: windows of 4 KiB.
    public static let frugal = WebSocketCompression(sendingWindowBits: 12, receivingWindowBits: 12)

    private static func clamped(_ bits: Int) -> Int { min(max(bits, 8), 15) }

    /// What a client asks for.
    var offer: DeflateOffer {
        DeflateOffer(
            serverNoContextTakeover: receivesWithoutContext, clientNoContextTakeover: sendsWithoutContext,
            serverMaxWindowBits: receivingWindowBits < 15 ? receivingWindowBits : nil,
            clientMaxWindowBits: sendingWindowBits < 15 ? .bits(sendingWindowBits) : .any)
    }

    /// A server's choice among a client's wishes: the first that it can grant, with the words to grant it.
    func choose(from extensions: [ExtensionHeader]) -> (parameters: DeflateParameters, answer: String)? {
        for wish in extensions where wish.name == DeflateParameters.token {
            guard let offer = DeflateOffer(wish.parameters) else { continue }
            var answer = DeflateOffer(
                serverNoContextTakeover: offer.serverNoContextTakeover || sendsWithoutContext,
                clientNoContextTakeover: offer.clientNoContextTakeover || receivesWithoutContext)
            var parameters = DeflateParameters(
                serverNoContextTakeover: answer.serverNoContextTakeover,
                clientNoContextTakeover: answer.clientNoContextTakeover,
                serverMaxWindowBits: min(offer.serverMaxWindowBits ?? 15, sendingWindowBits))
            if offer.serverMaxWindowBits != nil || sendingWindowBits < 15 {
                answer.serverMaxWindowBits = parameters.serverMaxWindowBits
            }
            // A client that does not name the parameter does not know it (§7.1.2.2): its window stays whole.
            if let bits = offer.clientMaxWindowBits {
                if case .bits(let most) = bits { parameters.clientMaxWindowBits = most }
                parameters.clientMaxWindowBits = min(parameters.clientMaxWindowBits, receivingWindowBits)
                if parameters.clientMaxWindowBits < 15 {
                    answer.clientMaxWindowBits = .bits(parameters.clientMaxWindowBits)
                }
            }
            return (parameters, answer.headerValue)
        }
        return nil
    }

    /// A client's reading of the server's answer; nil when the answer is not one to its offer (RFC 7692 §7.1).
    func agree(to answer: ExtensionHeader) -> DeflateParameters? {
        guard answer.name == DeflateParameters.token, let granted = DeflateOffer(answer.parameters) else { return nil }
        let offer = offer
        var parameters = DeflateParameters(
            serverNoContextTakeover: granted.serverNoContextTakeover,
            clientNoContextTakeover: granted.clientNoContextTakeover || sendsWithoutContext,
            clientMaxWindowBits: sendingWindowBits)
        guard granted.serverNoContextTakeover || !offer.serverNoContextTakeover else { return nil }
        if let most = offer.serverMaxWindowBits {
            guard let bits = granted.serverMaxWindowBits, bits <= most else { return nil }
        }
        parameters.serverMaxWindowBits = granted.serverMaxWindowBits ?? 15
        switch granted.clientMaxWindowBits {
        case .any?: return nil
        case .bits(let bits)?: parameters.clientMaxWindowBits = min(bits, sendingWindowBits)
        case nil: break
        }
        return parameters
    }
}
