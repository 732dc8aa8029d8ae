import RTC

/// Which media: sound, picture, both or none.
package struct MediaSet: OptionSet, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package init(_ kind: MediaKind) { self = kind == .audio ? .audio : .video }

    package static let audio = MediaSet(rawValue: 1)
    package static let video = MediaSet(rawValue: 2)
    package static let all: MediaSet = [.audio, .video]

    /// `audio,video`, `audio`, `video` or `none`.
    package var description: String {
        let names = [contains(.audio) ? "audio" : nil, contains(.video) ? "video" : nil].compactMap(\.self)
        return names.isEmpty ? "none" : names.joined(separator: ",")
    }

    /// Nil for anything but the spelling of `description`; spaces around commas are allowed.
    package init?(_ text: String) {
        var set: MediaSet = []
        if text != "none", !text.isEmpty {
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                switch part.filter({ $0 != " " }) {
                case "audio": set.insert(.audio)
                case "video": set.insert(.video)
                default: return nil
                }
            }
        }
        self = set
    }
}

/// Which way of a stream.
package enum StreamDirection: String, Hashable, Sendable, CaseIterable {
    case sent, received
}
