/// The command line's, D-Bus's and the store's spelling of a source (`none`, `default`, `test-pattern:1280x720@30`, ...).
extension CameraSource: CustomStringConvertible {
    /// Nil when a test pattern's size or rate is out of range: 16...3840 x 16...2160, even, 1...60 frames a second.
    package init?(_ text: String) {
        switch text {
        case "none": self = .none
        case "default", "": self = .systemDefault
        case "test-pattern": self = .testPattern
        default:
            guard text.hasPrefix("test-pattern:") else {
                self = .device(text)
                return
            }
            guard let pattern = Self.parsePattern(text.dropFirst("test-pattern:".count)) else { return nil }
            self = pattern
        }
    }

    private static func parsePattern(_ text: Substring) -> CameraSource? {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let size = (parts.first ?? "").split(separator: "x", omittingEmptySubsequences: false)
        guard parts.count <= 2, size.count == 2, let width = Int(size[0]), let height = Int(size[1]),
            let rate = parts.count == 2 ? Int(parts[1]) : 30, (16...3840).contains(width), (16...2160).contains(height),
            width.isMultiple(of: 2), height.isMultiple(of: 2), (1...60).contains(rate)
        else { return nil }
        return .testPattern(width: width, height: height, framesPerSecond: rate)
    }

    package var description: String {
        switch self {
        case .none: "none"
        case .systemDefault: "default"
        case .device(let name): name
        case .testPattern(let width, let height, let rate): "test-pattern:\(width)x\(height)@\(rate)"
        }
    }
}

extension MicrophoneSource: CustomStringConvertible {
    /// Nil when a test tone's frequency is out of range (20...20000 Hz).
    package init?(_ text: String) {
        switch text {
        case "none": self = .none
        case "default", "": self = .systemDefault
        case "test-tone": self = .testTone
        default:
            guard text.hasPrefix("test-tone:") else {
                self = .device(text)
                return
            }
            guard let hertz = Int(text.dropFirst("test-tone:".count)), (20...20000).contains(hertz) else { return nil }
            self = .testTone(hertz: hertz)
        }
    }

    package var description: String {
        switch self {
        case .none: "none"
        case .systemDefault: "default"
        case .device(let name): name
        case .testTone(let hertz): "test-tone:\(hertz)"
        }
    }
}

extension SpeakerSource: CustomStringConvertible {
    package init(_ text: String) {
        switch text {
        case "none": self = .none
        case "default", "": self = .systemDefault
        default: self = .device(text)
        }
    }

    package var description: String {
        switch self {
        case .none: "none"
        case .systemDefault: "default"
        case .device(let name): name
        }
    }
}
