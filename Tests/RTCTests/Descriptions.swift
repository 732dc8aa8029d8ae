import RTC
import Testing
import Wire

/// Sessions and descriptions to break one thing in.
enum Descriptions {
    static func session(_ seed: UInt64, audio: Bool = true, video: Bool = true, data: Bool = true) -> JSEPSession {
        var session = JSEPSession(
            random: .seeded(seed), fingerprint: fingerprint(UInt8(truncatingIfNeeded: seed)), cname: "test")
        if audio { session.addTransceiver(.audio, direction: .sendrecv) }
        if video { session.addTransceiver(.video, direction: .sendrecv) }
        if data { session.addDataSection() }
        return session
    }

    static func fingerprint(_ byte: UInt8) -> String {
        DTLSFingerprint(algorithm: .sha256, bytes: [UInt8](repeating: byte, count: 32)).description
    }

    /// One that answers: nothing of its own to offer.
    static func answerer() -> JSEPSession { session(2, audio: false, video: false, data: false) }

    /// Sound, picture, data.
    static func offer(from session: inout JSEPSession, ufrag: String = "offr") throws -> String {
        try session.createOffer(
            usernameFragment: ufrag, password: "passwordpasswordpassword", candidates: [], endOfCandidates: false)
    }

    static func answer(from session: inout JSEPSession, ufrag: String = "answ") throws -> String {
        try session.createAnswer(
            usernameFragment: ufrag, password: "passwordpasswordpassword", candidates: [], endOfCandidates: false)
    }

    /// Two sessions that have agreed.
    static func agreed() throws -> (offerer: JSEPSession, answerer: JSEPSession) {
        var (offerer, answerer) = (session(1), answerer())
        try answerer.setRemote(.offer, try offer(from: &offerer))
        try offerer.setRemote(.answer, try answer(from: &answerer))
        return (offerer, answerer)
    }
}

/// One thing done to a description.
struct Breakage: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let error: JSEPError
    private let change: @Sendable (String) -> String

    /// Changes the text itself, for what is no description any more.
    init(text name: String, _ error: JSEPError, _ change: @escaping @Sendable (String) -> String) {
        testDescription = name
        self.error = error
        self.change = change
    }

    init(_ name: String, _ error: JSEPError, _ change: @escaping @Sendable (inout SessionDescription) -> Void) {
        self.init(text: name, error) { text in
            guard var description = try? SessionDescription(parsing: text) else { return "" }
            change(&description)
            return description.text
        }
    }

    func applied(to text: String) -> String { change(text) }
}

extension SessionDescription {
    /// Takes an attribute out wherever it stands.
    mutating func remove(_ name: String) {
        attributes.removeAll { $0.name == name }
        for index in media.indices { media[index].attributes.removeAll { $0.name == name } }
    }

    /// Gives an attribute another value in every section that has it.
    mutating func replace(_ name: String, with value: String) {
        for index in media.indices { media[index].replace(name, with: value) }
    }
}

extension SDPMedia {
    mutating func replace(_ name: String, with value: String) {
        for index in attributes.indices where attributes[index].name == name { attributes[index].value = value }
    }
}
