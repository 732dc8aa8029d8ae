import Wire

/// Which payload types and extension ids an offer of ours has. Within a bundle each means one thing for all sections (RFC 9143
/// §9.1, §9.2), and what was agreed stays as it is (RFC 9429 §5.2.2), also where the far side chose other numbers than ours.
extension JSEPSession {
    /// A section's codecs as agreed; a new one's as those of its kind are in the other sections.
    func offeredCodecs(_ transceiver: Transceiver) -> [NegotiatedCodec] {
        let agreed = (negotiated?.media ?? []).filter { !$0.codecs.isEmpty }
        let own = agreed.first { $0.mid == transceiver.mid } ?? agreed.first { $0.kind == transceiver.kind }
        if let own { return own.codecs }
        var taken = Set(agreed.flatMap(Self.payloadTypes))
        return CodecNegotiation.offered(for: transceiver.kind).map { codec in
            var codec = codec
            codec.payloadType = Self.free(codec.payloadType, besides: &taken)
            codec.rtxPayloadType = codec.rtxPayloadType.map { Self.free($0, besides: &taken) }
            codec.redPayloadType = codec.redPayloadType.map { Self.free($0, besides: &taken) }
            return codec
        }
    }

    /// As agreed, also when it was agreed to have none.
    func offeredProtection(_ transceiver: Transceiver) -> NegotiatedProtection? {
        guard transceiver.kind == .video else { return nil }
        let agreed = (negotiated?.media ?? []).filter { !$0.codecs.isEmpty }
        let own = agreed.first { $0.mid == transceiver.mid } ?? agreed.first { $0.kind == transceiver.kind }
        if let own { return own.protection }
        var taken = Set(agreed.flatMap(Self.payloadTypes) + offeredCodecs(transceiver).flatMap(Self.payloadTypes))
        var protection = CodecNegotiation.offeredProtection
        protection.redPayloadType = Self.free(protection.redPayloadType, besides: &taken)
        protection.redRTXPayloadType = protection.redRTXPayloadType.map { Self.free($0, besides: &taken) }
        protection.ulpfecPayloadType = Self.free(protection.ulpfecPayloadType, besides: &taken)
        return protection
    }

    private static func payloadTypes(of media: NegotiatedMedia) -> [UInt8] {
        let protection = [
            media.protection?.redPayloadType, media.protection?.redRTXPayloadType, media.protection?.ulpfecPayloadType,
        ]
        return media.codecs.flatMap(payloadTypes) + protection.compactMap(\.self)
    }

    private static func payloadTypes(of codec: NegotiatedCodec) -> [UInt8] {
        [codec.payloadType, codec.rtxPayloadType, codec.redPayloadType].compactMap(\.self)
    }

    /// `wish`, or where it is taken one from the dynamic range (RFC 3551 §6).
    private static func free(_ wish: UInt8, besides taken: inout Set<UInt8>) -> UInt8 {
        let number = taken.contains(wish) ? (96...127).first { !taken.contains($0) } ?? wish : wish
        taken.insert(number)
        return number
    }

    func offeredExtensions(for kind: MediaKind) -> [(id: UInt8, uri: String)] {
        let agreed = negotiated?.media.map(\.extensions) ?? []
        var ids: [String: UInt8] = [:]
        for uri in HeaderExtensionURI.all.map(\.uri) {
            ids[uri] = agreed.lazy.compactMap { HeaderExtensionURI.id(of: uri, in: $0) }.first
        }
        var taken = Set(ids.values)
        // In one order for all kinds: what a kind does not use has its number all the same.
        for (wish, uri) in HeaderExtensionURI.all where ids[uri] == nil {
            guard let id = taken.contains(wish) ? (1...14).first(where: { !taken.contains($0) }) : wish else {
                continue
            }
            ids[uri] = id
            taken.insert(id)
        }
        return HeaderExtensionURI.offered(for: kind).compactMap { offered in ids[offered.uri].map { ($0, offered.uri) }
        }
    }
}
