/// The short-term credentials of one ICE generation of one side (RFC 8445 §5.3).
package struct ICECredentials: Hashable, Sendable {
    /// 4 to 256 ice-chars.
    package var usernameFragment: String
    /// 22 to 256 ice-chars.
    package var password: String

    package init(usernameFragment: String, password: String) {
        self.usernameFragment = usernameFragment
        self.password = password
    }

    /// New ones: 48 bits of fragment and 144 of password, twice what RFC 8445 asks for the fragment.
    init(using random: inout RandomSource) {
        usernameFragment = random.iceCharacters(8)
        password = random.iceCharacters(24)
    }

    var key: [UInt8] { Array(password.utf8) }

    /// Bounded, so that a USERNAME made of two fits its attribute.
    var isUsable: Bool {
        (1...256).contains(usernameFragment.utf8.count) && (1...256).contains(password.utf8.count)
    }
}

/// Which agent has the last word on the pair in use (RFC 8445 §6.1.1): at first the offerer.
package enum ICERole: String, Hashable, Sendable {
    case controlling, controlled

    var opposite: ICERole { self == .controlling ? .controlled : .controlling }
}
