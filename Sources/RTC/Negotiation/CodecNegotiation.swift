import Wire

/// Which codecs both sides have, and with which numbers (RFC 9429 §5.3.1: the answer uses the offerer's).
enum CodecNegotiation {
    /// What we can do, in order of preference.
    static func offered(for kind: MediaKind) -> [NegotiatedCodec] {
        switch kind {
        case .audio:
            [
                NegotiatedCodec(
                    name: "opus", payloadType: 111, redPayloadType: 63, clockRate: 48_000, channels: 2,
                    parameters: ["minptime": "10", "useinbandfec": "1"], transportWideCC: true)
            ]
        case .video: [video(.vp8, payloadType: 96), video(.vp9, payloadType: 98, parameters: ["profile-id": "0"])]
        }
    }

    /// Retransmissions have the next payload type.
    private static func video(
        _ codec: VideoCodec, payloadType: UInt8, parameters: [String: String] = [:]
    ) -> NegotiatedCodec {
        NegotiatedCodec(
            name: codec.rawValue, payloadType: payloadType, rtxPayloadType: payloadType + 1, clockRate: 90_000,
            parameters: parameters, nack: true, pictureLossIndication: true, fullIntraRequest: true,
            transportWideCC: true)
    }

    /// The far side's codecs that we know, in its order, with its numbers.
    static func common(in section: SDPMedia, kind: MediaKind) -> [NegotiatedCodec] {
        let theirs = section.codecs
        let ours = offered(for: kind)
        return theirs.compactMap { codec in
            guard isUsable(codec), isSpoken(codec),
                ours.contains(where: { $0.name == codec.name && $0.clockRate == codec.clockRate })
            else { return nil }
            let rtx = theirs.first {
                isUsable($0) && $0.name == "rtx" && $0.parameters["apt"] == String(codec.payloadType)
            }
            return NegotiatedCodec(
                name: codec.name, payloadType: codec.payloadType, rtxPayloadType: rtx?.payloadType,
                redPayloadType: theirs.first { isRedundancy($0, of: codec) }?.payloadType, clockRate: codec.clockRate,
                channels: codec.channels, parameters: codec.parameters,
                nack: codec.feedback.contains("nack"), pictureLossIndication: codec.feedback.contains("nack pli"),
                fullIntraRequest: codec.feedback.contains("ccm fir"),
                transportWideCC: codec.feedback.contains("transport-cc"))
        }
    }

    /// Of VP9 only 8 bits a sample with half the colours; that is also what no profile at all means (RFC 9628 §6).
    private static func isSpoken(_ codec: SDPCodec) -> Bool {
        codec.name != "vp9" || codec.parameters["profile-id"].map { $0 == "0" } ?? true
    }

    static let offeredProtection = NegotiatedProtection(
        redPayloadType: 118, redRTXPayloadType: 119, ulpfecPayloadType: 120)

    /// Forward error correction as the far side describes it; nil where it has none.
    static func protection(in section: SDPMedia, kind: MediaKind) -> NegotiatedProtection? {
        let theirs = section.codecs.filter { isUsable($0) && $0.clockRate == 90_000 }
        guard kind == .video, let red = theirs.first(where: { $0.name == "red" }),
            let ulpfec = theirs.first(where: { $0.name == "ulpfec" })
        else { return nil }
        let rtx = theirs.first { $0.name == "rtx" && $0.parameters["apt"] == String(red.payloadType) }
        return NegotiatedProtection(
            redPayloadType: red.payloadType, redRTXPayloadType: rtx?.payloadType, ulpfecPayloadType: ulpfec.payloadType)
    }

    static func describe(_ protection: NegotiatedProtection) -> (formats: [String], attributes: [SDPAttribute]) {
        let (red, ulpfec) = (protection.redPayloadType, protection.ulpfecPayloadType)
        var formats = [String(red)]
        var attributes = [SDPAttribute("rtpmap", "\(red) red/90000")]
        if let rtx = protection.redRTXPayloadType {
            formats.append(String(rtx))
            attributes += [SDPAttribute("rtpmap", "\(rtx) rtx/90000"), SDPAttribute("fmtp", "\(rtx) apt=\(red)")]
        }
        return (formats + [String(ulpfec)], attributes + [SDPAttribute("rtpmap", "\(ulpfec) ulpfec/90000")])
    }

    /// RFC 2198 with nothing but this codec inside.
    private static func isRedundancy(_ red: SDPCodec, of codec: SDPCodec) -> Bool {
        guard codec.name == "opus", isUsable(red), red.name == "red", red.clockRate == codec.clockRate,
            red.channels == codec.channels, let list = red.parameters[""]
        else { return false }
        return list.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
            UInt8($0) == codec.payloadType
        }
    }

    /// With these numbers and a marker, RTP looks like RTCP where both share a port (RFC 5761 §4).
    private static func isUsable(_ codec: SDPCodec) -> Bool { !(64...95).contains(codec.payloadType) }

    /// `rtpmap`, `fmtp` and `rtcp-fb` lines of the codecs, and the payload types for the media line.
    static func describe(_ codecs: [NegotiatedCodec]) -> (formats: [String], attributes: [SDPAttribute]) {
        var formats: [String] = []
        var attributes: [SDPAttribute] = []
        for codec in codecs {
            let number = String(codec.payloadType)
            formats.append(number)
            let name = codec.videoCodec == nil ? codec.name : codec.name.uppercased()
            let channels = codec.channels > 1 ? "/\(codec.channels)" : ""
            attributes.append(SDPAttribute("rtpmap", "\(number) \(name)/\(codec.clockRate)\(channels)"))
            let feedback = [
                (codec.transportWideCC, "transport-cc"), (codec.fullIntraRequest, "ccm fir"), (codec.nack, "nack"),
                (codec.pictureLossIndication, "nack pli"),
            ]
            for (isOn, text) in feedback where isOn { attributes.append(SDPAttribute("rtcp-fb", "\(number) \(text)")) }
            if codec.name == "opus" { attributes.append(SDPAttribute("fmtp", "\(number) minptime=10;useinbandfec=1")) }
            if codec.videoCodec == .vp9 { attributes.append(SDPAttribute("fmtp", "\(number) profile-id=0")) }
            if let red = codec.redPayloadType {
                // Behind the codec itself: a sender that takes the first would repeat everything all the time.
                formats.append(String(red))
                attributes.append(SDPAttribute("rtpmap", "\(red) red/\(codec.clockRate)\(channels)"))
                attributes.append(SDPAttribute("fmtp", "\(red) \(number)/\(number)"))
            }
            guard let rtx = codec.rtxPayloadType else { continue }
            formats.append(String(rtx))
            attributes.append(SDPAttribute("rtpmap", "\(rtx) rtx/\(codec.clockRate)"))
            attributes.append(SDPAttribute("fmtp", "\(rtx) apt=\(number)"))
        }
        return (formats, attributes)
    }
}
