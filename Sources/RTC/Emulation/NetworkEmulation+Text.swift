/// The form that a person writes: `off`, `cut`, or any of a preset's name and `key=value`, apart by spaces:
/// `cellular`, `loss=5% burst=3 delay=100ms jitter=20ms rate=500kbit/s`, `wifi-lossy rate=2000kbit/s direction=sent`.
extension NetworkEmulation: LosslessStringConvertible {
    /// Conditions that have a name.
    package static let presets: [(name: String, conditions: LinkConditions)] = [
        ("wifi", .wifi), ("wifi-lossy", .wifiLossy), ("cellular", .cellular), ("satellite", .satellite),
        ("congested", .congested),
    ]

    /// The preset whose conditions these are; nil for those of one's own.
    package var preset: String? { Self.presets.first { $0.conditions == conditions }?.name }

    private struct Key {
        var name: String
        var unit: String
        var range: ClosedRange<Double>
        var read: @Sendable (LinkConditions) -> Double
        var write: @Sendable (inout LinkConditions, Double) -> Void
    }

    private static let keys: [Key] = [
        Key(name: "loss", unit: "%", range: 0...100) {
            $0.loss * 100
        } write: {
            $0.loss = $1 / 100
        },
        Key(name: "burst", unit: "", range: 1...100) {
            $0.lossBurst
        } write: {
            $0.lossBurst = $1
        },
        Key(name: "delay", unit: "ms", range: 0...5000) {
            Double($0.delay.wholeMicroseconds) / 1000
        } write: {
            $0.delay = .microseconds(Int64($1 * 1000))
        },
        Key(name: "jitter", unit: "ms", range: 0...2000) {
            Double($0.jitter.wholeMicroseconds) / 1000
        } write: {
            $0.jitter = .microseconds(Int64($1 * 1000))
        },
        Key(name: "reorder", unit: "%", range: 0...100) {
            $0.reordering * 100
        } write: {
            $0.reordering = $1 / 100
        },
        Key(name: "duplicate", unit: "%", range: 0...100) {
            $0.duplication * 100
        } write: {
            $0.duplication = $1 / 100
        },
        Key(name: "rate", unit: "kbit/s", range: 0...1_000_000) {
            Double($0.bitsPerSecond ?? 0) / 1000
        } write: {
            $0.setRate(kilobits: $1)
        },
    ]

    /// Nil for a text that says nothing of the kind, with a word that is unknown, or with a number out of its range.
    package init?(_ text: String) {
        guard text.utf8.count <= 256 else { return nil }
        self.init()
        let words = text.split(separator: " ")
        guard !words.isEmpty else { return nil }
        if words == ["off"] { return }
        for word in words {
            if word == "cut" {
                isCut = true
            } else if let preset = Self.presets.first(where: { $0.name == word }) {
                conditions = preset.conditions
            } else if !take(word.split(separator: "=", maxSplits: 1)) {
                return nil
            }
        }
    }

    private mutating func take(_ parts: [Substring]) -> Bool {
        guard parts.count == 2 else { return false }
        if parts[0] == "direction" {
            guard let direction = Direction(rawValue: String(parts[1])) else { return false }
            self.direction = direction
            return true
        }
        guard let key = Self.keys.first(where: { $0.name == parts[0] }) else { return false }
        var digits = parts[1]
        if !key.unit.isEmpty, digits.hasSuffix(key.unit) { digits = digits.dropLast(key.unit.count) }
        guard let number = Double(digits), key.range.contains(number) else { return false }
        key.write(&conditions, number)
        return true
    }

    package var description: String {
        var words: [String] = []
        if isCut { words.append("cut") }
        if let preset {
            words.append(preset)
        } else {
            words += Self.keys.filter { $0.read(conditions) != $0.read(.perfect) }.map {
                "\($0.name)=\(Self.text($0.read(conditions)))\($0.unit)"
            }
        }
        if direction != .both, isActive { words.append("direction=\(direction.rawValue)") }
        return words.isEmpty ? "off" : words.joined(separator: " ")
    }

    /// At most two places behind the point, and none that say nothing.
    private static func text(_ number: Double) -> String {
        let hundredths = Int((number * 100).rounded())
        if hundredths.isMultiple(of: 100) { return "\(hundredths / 100)" }
        let rest = hundredths % 100
        if rest.isMultiple(of: 10) { return "\(hundredths / 100).\(rest / 10)" }
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}

extension LinkConditions {
    /// A bottleneck whose queue holds 300 ms, as a modem's; 0 for none.
    package mutating func setRate(kilobits: Double) {
        bitsPerSecond = kilobits > 0 ? max(Int(kilobits * 1000), 1000) : nil
        queueBytes = bitsPerSecond.map { max($0 * 3 / 80, 10_000) } ?? LinkConditions.perfect.queueBytes
    }
}
