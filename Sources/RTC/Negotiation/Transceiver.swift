import Wire

/// One media section of ours (W3C RTCRtpTransceiver).
package struct Transceiver: Hashable, Sendable {
    package internal(set) var index: Int
    package let kind: MediaKind
    /// Set with the first description that holds the section.
    package internal(set) var mid: String?
    /// What we want.
    package internal(set) var direction: TransceiverDirection
    /// What was agreed last.
    package internal(set) var currentDirection: TransceiverDirection?
    /// Refused by the far side's description, whose answer is still to come.
    package internal(set) var isStopped = false
    /// What comes first in the next offer or answer (RFC 9429 §5.3.1); nil for the order of before.
    var preferredCodec: VideoCodec?
    let ssrc: UInt32
    let rtxSSRC: UInt32?
    let trackID: String

    /// The codecs of a description, the preferred one first.
    func ordered(_ codecs: [NegotiatedCodec]) -> [NegotiatedCodec] {
        guard let preferredCodec else { return codecs }
        return codecs.filter { $0.videoCodec == preferredCodec } + codecs.filter { $0.videoCodec != preferredCodec }
    }
}

/// What the far side's description says of the one transport.
package struct RemoteTransport: Hashable, Sendable {
    package var usernameFragment: String
    package var password: String
    package var isLite: Bool
    package var candidates: [String]
    package var endOfCandidates: Bool
}

/// The data section as agreed.
package struct DataSection: Hashable, Sendable {
    package var mid: String
    package var remotePort: UInt16
    /// Bytes; what the far side takes at most.
    package var maxMessageSize: Int
}

/// What an offer and its answer have settled.
package struct NegotiatedSession: Hashable, Sendable {
    package var media: [NegotiatedMedia]
    package var fingerprints: [String]
    /// Ours.
    package var dtlsRole: DTLSRole
    package var dataChannel: DataSection?
}

/// Header extensions that we understand.
enum HeaderExtensionURI {
    static let mid = "urn:ietf:params:rtp-hdrext:sdes:mid"
    static let audioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
    static let transportWideCC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
    static let absoluteSendTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
    static let videoOrientation = "urn:3gpp:video-orientation"

    /// What we know, with the ids that we offer unless others are agreed: the same in every section of the bundle.
    static let all: [(id: UInt8, uri: String)] = [
        (1, audioLevel), (2, absoluteSendTime), (3, transportWideCC), (4, mid), (5, videoOrientation),
    ]

    /// What a kind of section has use for.
    static func offered(for kind: MediaKind) -> [(id: UInt8, uri: String)] {
        let others: Set<String> =
            switch kind {
            case .audio: [absoluteSendTime, videoOrientation]
            case .video: [audioLevel]
            }
        return all.filter { !others.contains($0.uri) }
    }

    static func ids(from list: [SDPHeaderExtension], for kind: MediaKind) -> HeaderExtensionIDs {
        var ids = HeaderExtensionIDs()
        let known = Set(offered(for: kind).map(\.uri))
        for element in list where known.contains(element.uri) {
            switch element.uri {
            case mid: ids.mid = element.id
            case audioLevel: ids.audioLevel = element.id
            case transportWideCC: ids.transportWideCC = element.id
            case absoluteSendTime: ids.absoluteSendTime = element.id
            case videoOrientation: ids.videoOrientation = element.id
            default: break
            }
        }
        return ids
    }

    static func id(of uri: String, in ids: HeaderExtensionIDs) -> UInt8? {
        switch uri {
        case mid: ids.mid
        case audioLevel: ids.audioLevel
        case transportWideCC: ids.transportWideCC
        case absoluteSendTime: ids.absoluteSendTime
        case videoOrientation: ids.videoOrientation
        default: nil
        }
    }
}
