import FoundationEssentials
import RTC

/// The JSON text frames of the protocol.
extension SignalingMessage {
    /// The largest frame that is sent or taken, bytes.
    package static let frameLimit = 256 << 10

    private struct Head: Decodable {
        var type: String
    }

    fileprivate struct Description: Codable {
        var type: String
        var sdp: String
    }

    fileprivate struct Candidate: Codable {
        var candidate: String?
        var sdpMid: String?
        var sdpMLineIndex: Int?
        var usernameFragment: String?
    }

    /// Every field of every type; which ones a type needs is said where it is read.
    fileprivate struct Fields: Codable {
        var type: String
        var name: String?
        var sdp: Description?
        var candidate: Candidate?
        var reason: String?
        var identifier: String?
        var outgoing: [String]?
        var incoming: [String]?
        var stopped: [String]?
        var suspended: [String]?
        var hold: Bool?
        var status: String?
    }

    /// Reads a frame. Unknown types give `unknown`, unknown fields are passed over.
    package init(parsing frame: some Collection<UInt8>) throws(SignalingError) {
        self = try SignalingEnvelope(parsing: frame).message
    }

    fileprivate init(_ data: Data) throws(SignalingError) {
        guard let type = try? JSONDecoder().decode(Head.self, from: data).type else {
            throw SignalingError("no JSON object with a type")
        }
        guard Self.knownTypes.contains(type) else {
            self = .unknown
            return
        }
        guard let fields = try? JSONDecoder().decode(Fields.self, from: data) else {
            throw SignalingError("a \(type) with fields of the wrong kind")
        }
        self = try Self.message(fields)
    }

    private static let knownTypes = presenceTypes.union([
        "video-offer", "video-answer", "new-ice-candidate", "hang-up", "ringing", "reject", "stream",
        "resume", "resumed", "received",
    ])

    private static func message(_ fields: Fields) throws(SignalingError) -> SignalingMessage {
        let name = try text(fields.name ?? "", of: fields.type)
        switch fields.type {
        case "video-offer": return .videoOffer(name: name, sdp: try description(fields, "offer"))
        case "video-answer": return .videoAnswer(name: name, sdp: try description(fields, "answer"))
        case "new-ice-candidate": return .newICECandidate(try candidate(fields.candidate))
        // A reason of a later version is an end all the same.
        case "hang-up": return .hangUp(fields.reason.flatMap { HangUpReason(rawValue: $0) } ?? .unspecified)
        case "ringing": return .ringing(name: name)
        // A reason of a later version is a refusal all the same.
        case "reject": return .reject(fields.reason.flatMap { RejectReason(rawValue: $0) } ?? .declined)
        case "stream":
            return .stream(
                StreamNotice(
                    identifier: try text(fields.identifier ?? name, of: fields.type),
                    outgoing: media(fields.outgoing, else: .all), incoming: media(fields.incoming, else: .all),
                    stopped: media(fields.stopped, else: []), suspended: media(fields.suspended, else: []),
                    isOnHold: fields.hold ?? false))
        default:
            return DeliveryWord(rawValue: fields.type).map { .delivery($0) }
                ?? presence(type: fields.type, status: fields.status) ?? .unknown
        }
    }

    private static func text(_ name: String, of type: String) throws(SignalingError) -> String {
        guard SignalingText.isName(name) else { throw SignalingError("a \(type) with a name that cannot be shown") }
        return name
    }

    private static func description(_ fields: Fields, _ type: String) throws(SignalingError) -> String {
        guard let description = fields.sdp, description.type == type, SignalingText.isDescription(description.sdp)
        else { throw SignalingError("a \(fields.type) without its description") }
        return description.sdp
    }

    /// Without a candidate, or with an empty one, it says that no more will come (RFC 8838 §8.2).
    private static func candidate(_ candidate: Candidate?) throws(SignalingError) -> TrickledCandidate {
        let text = candidate?.candidate ?? ""
        guard SignalingText.isLine(text, limit: 1024),
            SignalingText.isLine(candidate?.sdpMid ?? "", limit: 64),
            SignalingText.isLine(candidate?.usernameFragment ?? "", limit: 256),
            (0...255).contains(candidate?.sdpMLineIndex ?? 0)
        else { throw SignalingError("a malformed candidate") }
        return TrickledCandidate(
            candidate: text, mid: candidate?.sdpMid, mLineIndex: candidate?.sdpMLineIndex,
            usernameFragment: candidate?.usernameFragment)
    }

    private static func media(_ words: [String]?, else missing: MediaSet) -> MediaSet {
        guard let words else { return missing }
        var media: MediaSet = []
        if words.contains("audio") { media.insert(.audio) }
        if words.contains("video") { media.insert(.video) }
        return media
    }
}

extension SignalingMessage {
    /// The frame that says this; empty for `unknown`.
    ///
    /// - Throws: when the message is larger than a frame may be.
    package func frame() throws -> [UInt8] { try SignalingEnvelope(self).frame() }

    fileprivate var fields: Fields? {
        switch self {
        case .videoOffer(let name, let sdp):
            Fields(type: "video-offer", name: name, sdp: Description(type: "offer", sdp: sdp))
        case .videoAnswer(let name, let sdp):
            Fields(type: "video-answer", name: name, sdp: Description(type: "answer", sdp: sdp))
        case .newICECandidate(let trickled):
            Fields(
                type: "new-ice-candidate",
                candidate: Candidate(
                    candidate: trickled.candidate, sdpMid: trickled.mid, sdpMLineIndex: trickled.mLineIndex,
                    usernameFragment: trickled.usernameFragment))
        case .hangUp(.unspecified): Fields(type: "hang-up")
        case .hangUp(let reason): Fields(type: "hang-up", reason: reason.rawValue)
        case .ringing(let name): Fields(type: "ringing", name: name)
        case .reject(let reason): Fields(type: "reject", reason: reason.rawValue)
        case .stream(let notice):
            Fields(
                type: "stream", identifier: notice.identifier, outgoing: notice.outgoing.words,
                incoming: notice.incoming.words, stopped: notice.stopped.words,
                suspended: notice.suspended.isEmpty ? nil : notice.suspended.words,
                hold: notice.isOnHold ? true : nil)
        case .presenceRequest: Fields(type: "presence-request")
        case .presence(let word): Fields(type: "presence", status: word.rawValue)
        case .delivery(let word): Fields(type: word.rawValue)
        case .unknown: nil
        }
    }
}

/// What an envelope adds to the fields of its message.
private struct EnvelopeFields: Codable {
    struct Proof: Codable {
        var certificate: Data
        var signature: Data
    }

    var call: String?
    var number: UInt64?
    var received: UInt64?
    var name: String?
    var target: String?
    var identity: Proof?
}

extension SignalingEnvelope {
    /// Bytes of a proof's parts.
    private static let certificateLimit = 4096
    private static let signatureLimit = 256

    /// Reads a frame with all that it carries.
    package init(parsing frame: some Collection<UInt8>) throws(SignalingError) {
        guard frame.count <= SignalingMessage.frameLimit else {
            throw SignalingError("a message of \(frame.count) bytes")
        }
        let data = Data(frame)
        self.init(try SignalingMessage(data))
        guard let fields = try? JSONDecoder().decode(EnvelopeFields.self, from: data) else {
            // What a later version may make of these fields is its own affair.
            if message == .unknown { return }
            throw SignalingError("a message with fields of the wrong kind")
        }
        guard SignalingText.isLine(fields.call ?? "", limit: 64), fields.call != "", fields.number != 0,
            SignalingText.isName(fields.name ?? ""), SignalingText.isName(fields.target ?? ""),
            fields.identity.map({ $0.certificate.count <= Self.certificateLimit }) ?? true,
            fields.identity.map({ $0.signature.count <= Self.signatureLimit }) ?? true
        else {
            if message == .unknown { return }
            throw SignalingError("a message with fields that make no sense")
        }
        call = fields.call
        number = fields.number
        received = fields.received
        sender = fields.name
        target = fields.target
        proof = fields.identity.map {
            IdentityProof(certificate: Array($0.certificate), signature: Array($0.signature))
        }
    }

    /// The frame that says this; empty for `unknown`.
    ///
    /// - Throws: when it is larger than a frame may be.
    package func frame() throws -> [UInt8] {
        guard let fields = message.fields else { return [] }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(Both(fields: fields, envelope: added))
        guard data.count <= SignalingMessage.frameLimit else {
            throw SignalingError("a message of \(data.count) bytes")
        }
        return Array(data)
    }

    /// One object with the fields of both.
    private struct Both: Encodable {
        var fields: SignalingMessage.Fields
        var envelope: EnvelopeFields

        func encode(to encoder: any Encoder) throws {
            try fields.encode(to: encoder)
            try envelope.encode(to: encoder)
        }
    }

    private var added: EnvelopeFields {
        EnvelopeFields(
            call: call, number: number, received: received, name: sender, target: target,
            identity: proof.map {
                EnvelopeFields.Proof(certificate: Data($0.certificate), signature: Data($0.signature))
            })
    }
}

extension MediaSet {
    fileprivate var words: [String] {
        (contains(.audio) ? ["audio"] : []) + (contains(.video) ? ["video"] : [])
    }
}
