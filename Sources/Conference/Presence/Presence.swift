/// Whether somebody can be called now, as far as their computer tells.
package enum Presence: Hashable, Sendable {
    /// Not looked at: the address is an account's, or calls go through relays only.
    case unasked
    case available, away, busy, doNotDisturb
    /// Causerie is there. It says no more, for we are not among that person's contacts.
    case reachable
    /// Causerie is there, and says nothing.
    case offline
    case unreachable(EndReason)
    /// Called by name, and the server does not list it.
    case notSignedIn(String)
    /// Called by name at a server that we are not connected to.
    case serverNotConnected(String)

    /// What is said on the network.
    package enum Word: String, Hashable, Sendable, CaseIterable {
        case available, away, busy
        case doNotDisturb = "do-not-disturb"
        case reachable
    }

    init(_ word: Word) {
        self =
            switch word {
            case .available: .available
            case .away: .away
            case .busy: .busy
            case .doNotDisturb: .doNotDisturb
            case .reachable: .reachable
            }
    }

    /// For programs.
    package var code: String {
        switch self {
        case .unasked: "unknown"
        case .available: "available"
        case .away: "away"
        case .busy: "busy"
        case .doNotDisturb: "do-not-disturb"
        case .reachable: "reachable"
        case .offline: "offline"
        case .unreachable: "unreachable"
        case .notSignedIn: "not-signed-in"
        case .serverNotConnected: "server-not-connected"
        }
    }

    /// For people, in English, with names in braces for `values`; the interface translates it.
    package var sentence: String {
        switch self {
        case .unasked: translatable("Not known")
        case .available: translatable("Available")
        case .away: translatable("Away")
        case .busy: translatable("In a call")
        case .doNotDisturb: translatable("Do not disturb")
        case .reachable: translatable("Can be reached")
        case .offline: translatable("Offline")
        case .unreachable(let reason): reason.sentence
        case .notSignedIn: translatable("Not signed in at {server}")
        case .serverNotConnected: translatable("You are not connected to {server}")
        }
    }

    /// What stands for the names in `sentence`.
    package var values: [String: String] {
        switch self {
        case .notSignedIn(let server), .serverNotConnected(let server): ["server": server]
        default: [:]
        }
    }

    /// In English, for programs.
    package var message: String {
        values.reduce(sentence) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    /// Whether a call would get anywhere; what is not known may.
    package var canBeCalled: Bool {
        switch self {
        case .offline, .unreachable, .notSignedIn, .serverNotConnected: false
        case .unasked, .available, .away, .busy, .doNotDisturb, .reachable: true
        }
    }
}

/// What the user wants to be seen as.
package enum UserStatus: String, Hashable, Sendable, CaseIterable {
    case available, away
    /// Every call is turned away as if all streams were busy.
    case doNotDisturb = "do-not-disturb"
    /// Nobody is told anything; calls arrive as ever.
    case invisible

    /// For people, in English; the interface translates it.
    package var word: String {
        switch self {
        case .available: translatable("Available")
        case .away: translatable("Away")
        case .doNotDisturb: translatable("Do not disturb")
        case .invisible: translatable("Invisible")
        }
    }
}
