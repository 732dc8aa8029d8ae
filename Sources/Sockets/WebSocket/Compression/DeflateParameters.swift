/// What both sides agree to about permessage-deflate (RFC 7692 §7.1).
struct DeflateParameters: Hashable, Sendable {
    /// The extension's registered name.
    static let token = "permessage-deflate"
    static let windowBits = 8...15

    /// Whether the server begins each message with an empty window.
    var serverNoContextTakeover = false
    var clientNoContextTakeover = false
    /// The server's window is two to this power, in bytes; 8 to 15.
    var serverMaxWindowBits = 15
    var clientMaxWindowBits = 15

    /// Whether `role` may refer to earlier messages in what it sends.
    func keepsContext(of role: WebSocketRole) -> Bool {
        role == .client ? !clientNoContextTakeover : !serverNoContextTakeover
    }

    func windowBits(of role: WebSocketRole) -> Int {
        role == .client ? clientMaxWindowBits : serverMaxWindowBits
    }
}

/// One wish of a client, or a server's answer, with what was said and what was not.
struct DeflateOffer: Hashable, Sendable {
    var serverNoContextTakeover = false
    var clientNoContextTakeover = false
    var serverMaxWindowBits: Int?
    /// A client may name the parameter without a value: it can follow any wish of the server.
    var clientMaxWindowBits: WindowBits?

    enum WindowBits: Hashable, Sendable {
        case any
        case bits(Int)
    }

    /// Nil when a parameter is unknown, comes twice or has a value that it cannot have (RFC 7692 §7.1).
    init?(_ parameters: [ExtensionHeader.Parameter]) {
        var seen: Set<String> = []
        for parameter in parameters {
            guard seen.insert(parameter.name).inserted else { return nil }
            switch (parameter.name, parameter.value) {
            case ("server_no_context_takeover", nil): serverNoContextTakeover = true
            case ("client_no_context_takeover", nil): clientNoContextTakeover = true
            case ("server_max_window_bits", let value?):
                guard let bits = Self.bits(value) else { return nil }
                serverMaxWindowBits = bits
            case ("client_max_window_bits", nil): clientMaxWindowBits = .any
            case ("client_max_window_bits", let value?):
                guard let bits = Self.bits(value) else { return nil }
                clientMaxWindowBits = .bits(bits)
            default: return nil
            }
        }
    }

    init(
        serverNoContextTakeover: Bool = false, clientNoContextTakeover: Bool = false, serverMaxWindowBits: Int? = nil,
        clientMaxWindowBits: WindowBits? = nil
    ) {
        self.serverNoContextTakeover = serverNoContextTakeover
        self.clientNoContextTakeover = clientNoContextTakeover
        self.serverMaxWindowBits = serverMaxWindowBits
        self.clientMaxWindowBits = clientMaxWindowBits
    }

    /// As in the header.
    var headerValue: String {
        var text = DeflateParameters.token
        if serverNoContextTakeover { text += "; server_no_context_takeover" }
        if clientNoContextTakeover { text += "; client_no_context_takeover" }
        if let serverMaxWindowBits { text += "; server_max_window_bits=\(serverMaxWindowBits)" }
        switch clientMaxWindowBits {
        case .any?: text += "; client_max_window_bits"
        case .bits(let bits)?: text += "; client_max_window_bits=\(bits)"
        case nil: break
        }
        return text
    }

    /// Without a leading zero, as the grammar has it.
    private static func bits(_ text: String) -> Int? {
        guard let bits = Int(text), String(bits) == text, DeflateParameters.windowBits.contains(bits) else {
            return nil
        }
        return bits
    }
}
