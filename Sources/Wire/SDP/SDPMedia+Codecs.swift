/// One payload type of a section with everything that is said of it.
package struct SDPCodec: Hashable, Sendable {
    package var payloadType: UInt8
    /// Lower case.
    package var name: String
    package var clockRate: UInt32
    package var channels: Int
    /// Keys in lower case; a parameter without `=` has an empty key and its text as value.
    package var parameters: [String: String]
    package var feedback: [String]
}

/// `a=extmap` (RFC 8285 §5).
package struct SDPHeaderExtension: Hashable, Sendable {
    package var id: UInt8
    package var uri: String
}

extension SDPMedia {
    /// Parameters and kinds of feedback of one codec; browsers send fewer than ten. Of more, the first count: else a line that
    /// comes a thousand times would be kept for each of a hundred payload types.
    private static let detailCap = 64

    /// Codecs in the order of the media line, each payload type once; one without `rtpmap` is left out, but for the static
    /// ones.
    package var codecs: [SDPCodec] {
        let maps = rtpMaps
        var seen: Set<UInt8> = []
        let feedback = values("rtcp-fb").compactMap { line -> (String, String)? in
            let parts = line.split(separator: " ", maxSplits: 1)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
        return formats.compactMap { format in
            guard let payloadType = UInt8(format), payloadType <= 127, let map = maps[payloadType],
                seen.insert(payloadType).inserted
            else { return nil }
            return SDPCodec(
                payloadType: payloadType, name: map.name, clockRate: map.rate, channels: map.channels,
                parameters: parameters(of: format),
                feedback: Array(feedback.lazy.filter { $0.0 == format || $0.0 == "*" }.map(\.1).prefix(Self.detailCap)))
        }
    }

    private var rtpMaps: [UInt8: (name: String, rate: UInt32, channels: Int)] {
        var maps: [UInt8: (name: String, rate: UInt32, channels: Int)] = [:]
        for value in values("rtpmap") {
            let parts = value.split(separator: " ")
            guard parts.count == 2, let payloadType = UInt8(parts[0]), payloadType <= 127 else { continue }
            let fields = parts[1].split(separator: "/")
            guard fields.count >= 2, let rate = UInt32(fields[1]), rate > 0, rate <= 192_000 else { continue }
            maps[payloadType] = (fields[0].lowercased(), rate, fields.count > 2 ? Int(fields[2]) ?? 1 : 1)
        }
        return maps
    }

    private func parameters(of format: String) -> [String: String] {
        var found: [String: String] = [:]
        for value in values("fmtp") where value.hasPrefix(format + " ") {
            for part in value.dropFirst(format.count + 1).split(separator: ";").prefix(Self.detailCap) {
                guard found.count < Self.detailCap else { return found }
                let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                if pair.count == 2 { found[pair[0].lowercased()] = String(pair[1]) } else { found[""] = String(part) }
            }
        }
        return found
    }

    /// Valid ids are 1...14 and 16...255; others are left out, and so is a direction suffix.
    package var headerExtensions: [SDPHeaderExtension] {
        values("extmap").compactMap { value in
            let parts = value.split(separator: " ")
            guard parts.count >= 2, let id = UInt8(parts[0].prefix { $0 != "/" }), id != 0, id != 15 else { return nil }
            return SDPHeaderExtension(id: id, uri: String(parts[1]))
        }
    }

    /// SSRCs in the order of their first `a=ssrc` line, and the groups (`FID` pairs a sender with its retransmissions).
    package var sources: [UInt32] {
        var found: [UInt32] = []
        for value in values("ssrc") {
            guard let ssrc = UInt32(value.prefix { $0 != " " }), !found.contains(ssrc), found.count < 64 else {
                continue
            }
            found.append(ssrc)
        }
        return found
    }

    package var retransmissionGroups: [(primary: UInt32, retransmission: UInt32)] {
        values("ssrc-group").compactMap { value in
            let parts = value.split(separator: " ")
            guard parts.count == 3, parts[0] == "FID", let primary = UInt32(parts[1]), let second = UInt32(parts[2])
            else { return nil }
            return (primary, second)
        }
    }
}
