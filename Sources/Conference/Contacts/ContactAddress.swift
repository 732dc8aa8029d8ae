/// Where a contact is called: directly, or by a name at a rendezvous server.
package enum ContactAddress: Hashable, Sendable, CustomStringConvertible {
    case direct(CallAddress)
    /// `name@server`
    case account(name: String, server: CallAddress)

    /// Nil for what can be neither.
    package init?(_ text: String) {
        if let address = CallAddress(text) {
            self = .direct(address)
            return
        }
        guard let at = text.lastIndex(of: "@") else { return nil }
        let name = text[..<at].drop { $0 == " " }
        let server = String(text[text.index(after: at)...])
        guard !name.isEmpty, SignalingText.isName(String(name)), !name.contains(where: \.isWhitespace),
            let address = CallAddress(server)
        else { return nil }
        self = .account(name: String(name), server: address)
    }

    /// The same for every way to write the same address.
    package var description: String {
        switch self {
        case .direct(let address): address.description
        case .account(let name, let server): "\(name)@\(server)"
        }
    }

    /// Nil for an account.
    package var direct: CallAddress? { if case .direct(let address) = self { address } else { nil } }
}

extension Contact {
    /// Nil only for one that an older version has left.
    package var place: ContactAddress? { ContactAddress(address) }
}
