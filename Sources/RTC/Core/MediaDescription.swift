import Wire

/// What a media section carries (RFC 8866 §8.2.1).
package enum MediaKind: String, Hashable, Sendable, CaseIterable {
    case audio, video
}

/// W3C RTCRtpTransceiverDirection, from the side that holds the value.
package enum TransceiverDirection: String, Hashable, Sendable, CaseIterable {
    case sendrecv, sendonly, recvonly, inactive

    package init(sends: Bool, receives: Bool) {
        self = sends ? (receives ? .sendrecv : .sendonly) : (receives ? .recvonly : .inactive)
    }

    package var sends: Bool { self == .sendrecv || self == .sendonly }
    package var receives: Bool { self == .sendrecv || self == .recvonly }

    /// The same link seen from the other side.
    package var reversed: TransceiverDirection { TransceiverDirection(sends: receives, receives: sends) }

    /// What both sides allow; `other` is the other side's own view (RFC 3264 §6.1).
    package func intersected(with other: TransceiverDirection) -> TransceiverDirection {
        TransceiverDirection(sends: sends && other.receives, receives: receives && other.sends)
    }
}

/// One negotiated codec: the payload types are those in use on the wire for this section.
package struct NegotiatedCodec: Hashable, Sendable {
    /// Lower case: `opus`, `vp8`, `vp9`.
    package var name: String
    package var payloadType: UInt8
    /// Payload type of RFC 4588 retransmissions of this codec, where both sides have it.
    package var rtxPayloadType: UInt8?
    /// Payload type of RFC 2198 packets that repeat earlier sound of this codec, where both sides have it.
    package var redPayloadType: UInt8?
    /// RTP clock, Hz.
    package var clockRate: UInt32
    package var channels: Int
    /// fmtp parameters as the far side gave them, keys in lower case.
    package var parameters: [String: String]
    package var nack: Bool
    package var pictureLossIndication: Bool
    package var fullIntraRequest: Bool
    package var transportWideCC: Bool

    package init(
        name: String, payloadType: UInt8, rtxPayloadType: UInt8? = nil, redPayloadType: UInt8? = nil,
        clockRate: UInt32, channels: Int = 1, parameters: [String: String] = [:], nack: Bool = false,
        pictureLossIndication: Bool = false, fullIntraRequest: Bool = false, transportWideCC: Bool = false
    ) {
        self.name = name
        self.payloadType = payloadType
        self.rtxPayloadType = rtxPayloadType
        self.redPayloadType = redPayloadType
        self.clockRate = clockRate
        self.channels = channels
        self.parameters = parameters
        self.nack = nack
        self.pictureLossIndication = pictureLossIndication
        self.fullIntraRequest = fullIntraRequest
        self.transportWideCC = transportWideCC
    }
}

extension NegotiatedCodec {
    package var videoCodec: VideoCodec? { VideoCodec(rawValue: name) }
}

/// Forward error correction of a video section, ULPFEC (RFC 5109) in RFC 2198's form: payload types that both sides have.
package struct NegotiatedProtection: Hashable, Sendable {
    package var redPayloadType: UInt8
    /// Of retransmissions of packets in that form.
    package var redRTXPayloadType: UInt8?
    package var ulpfecPayloadType: UInt8

    package init(redPayloadType: UInt8, redRTXPayloadType: UInt8? = nil, ulpfecPayloadType: UInt8) {
        self.redPayloadType = redPayloadType
        self.redRTXPayloadType = redRTXPayloadType
        self.ulpfecPayloadType = ulpfecPayloadType
    }
}

/// RTP header extension ids in use on the wire (RFC 8285); nil where the extension was not negotiated.
package struct HeaderExtensionIDs: Hashable, Sendable {
    /// `urn:ietf:params:rtp-hdrext:sdes:mid`
    package var mid: UInt8?
    /// `urn:ietf:params:rtp-hdrext:ssrc-audio-level`
    package var audioLevel: UInt8?
    /// `http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01`
    package var transportWideCC: UInt8?
    /// `http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time`
    package var absoluteSendTime: UInt8?
    /// `urn:3gpp:video-orientation`
    package var videoOrientation: UInt8?

    package init() {}
}

/// One media section after an offer and its answer: all that the RTP part needs to know of it.
package struct NegotiatedMedia: Hashable, Sendable {
    package var mid: String
    package var kind: MediaKind
    /// What we may do now (RFC 9429 `currentDirection`); inactive for a rejected or stopped section.
    package var direction: TransceiverDirection
    /// In order of preference; the first is the one to send with. Every one may arrive. Empty for a rejected section.
    package var codecs: [NegotiatedCodec]
    package var extensions: HeaderExtensionIDs
    /// Ours, fixed for the life of the transceiver.
    package var localSSRC: UInt32
    package var localRTXSSRC: UInt32?
    /// From the far side's `a=ssrc` lines, where it sent any.
    package var remoteSSRC: UInt32?
    package var remoteRTXSSRC: UInt32?
    /// Both sides allow reduced-size RTCP (RFC 5506).
    package var reducedSizeRTCP: Bool
    /// Stream and track identifiers of the far side (`a=msid`), for lip-sync pairing.
    package var remoteStreamID: String?
    /// Nil where the far side does not have it.
    package var protection: NegotiatedProtection?

    package init(
        mid: String, kind: MediaKind, direction: TransceiverDirection, codecs: [NegotiatedCodec],
        extensions: HeaderExtensionIDs, localSSRC: UInt32, localRTXSSRC: UInt32? = nil, remoteSSRC: UInt32? = nil,
        remoteRTXSSRC: UInt32? = nil, reducedSizeRTCP: Bool = true, remoteStreamID: String? = nil
    ) {
        self.mid = mid
        self.kind = kind
        self.direction = direction
        self.codecs = codecs
        self.extensions = extensions
        self.localSSRC = localSSRC
        self.localRTXSSRC = localRTXSSRC
        self.remoteSSRC = remoteSSRC
        self.remoteRTXSSRC = remoteRTXSSRC
        self.reducedSizeRTCP = reducedSizeRTCP
        self.remoteStreamID = remoteStreamID
    }
}

extension HeaderExtensionIDs {
    /// Those that are written as a packet leaves.
    var changing: [UInt8] { [transportWideCC, absoluteSendTime].compactMap(\.self) }
}

extension NegotiatedMedia {
    /// What to send with; nil for a section of sound and for a rejected one.
    package var sentVideoCodec: VideoCodec? { codecs.first?.videoCodec }

    func videoCodec(payloadType: UInt8) -> VideoCodec? {
        codecs.first { $0.payloadType == payloadType }?.videoCodec
    }
}
