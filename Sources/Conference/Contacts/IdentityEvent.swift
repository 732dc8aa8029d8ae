import FoundationEssentials

/// Whose key it is.
enum IdentitySubject: Hashable, Sendable {
    /// Who answers there.
    case address(CallAddress)
    /// Who calls under this name.
    case caller(String)
    /// A contact, by its id.
    case contact(String)

    /// As the tables have it.
    var kind: String {
        switch self {
        case .address: "address"
        case .caller: "name"
        case .contact: "contact"
        }
    }

    var key: String {
        switch self {
        case .address(let address): address.description
        case .caller(let name): name
        case .contact(let id): id
        }
    }
}

/// Something that became known of somebody's identity key.
package struct IdentityEvent: Hashable, Sendable {
    /// What became known, as it is kept.
    package enum What: String, Hashable, Sendable, CaseIterable {
        /// The first time that anybody was met there.
        case firstSeen = "first-seen"
        /// Another key than the known one was shown, and not taken.
        case changed
        /// The user has accepted another key.
        case accepted
        /// The user has compared the digits of a call.
        case verified
        /// The user has taken that back.
        case unverified

        /// For people, in English; the interface translates it.
        package var sentence: String {
            switch self {
            case .firstSeen: translatable("First seen")
            case .changed: translatable("Another key was shown, and refused")
            case .accepted: translatable("A new key was accepted")
            case .verified: translatable("Verified with this person")
            case .unverified: translatable("Verification taken back")
            }
        }
    }

    package var what: What
    /// `sha-256 AA:BB:...`
    package var fingerprint: String
    package var date: Date
}
