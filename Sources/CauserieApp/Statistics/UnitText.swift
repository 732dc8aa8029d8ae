import GLibKit
import Glibc

/// What a figure counts, and how it is written for people: short beside a plot, in whole words for a screen reader.
package nonisolated enum FigureUnit: Hashable, Sendable, CaseIterable {
    /// Bit/s.
    case bitrate
    /// 0...1, written in percent.
    case share
    case milliseconds
    /// Pictures a second.
    case rate

    /// `1.2 Mbit/s`
    package func text(_ value: Double) -> String {
        switch self {
        case .bitrate where value >= 999_500: tr("{number} Mbit/s", number(value / 1_000_000, fine: true))
        case .bitrate: tr("{number} kbit/s", number(value / 1000))
        case .share: tr("{number} %", number(value * 100, fine: true))
        case .milliseconds: tr("{number} ms", number(value))
        case .rate: tr("{number} fps", number(value))
        }
    }

    /// Beside an axis: shorter where the unit is plain from the figures above it.
    package func mark(_ value: Double) -> String {
        value == 0 || self == .rate ? DecimalText.write(value, places: 0) : text(value)
    }

    /// `1.2 megabits per second`
    package func spoken(_ value: Double) -> String {
        switch self {
        case .bitrate where value >= 999_500: tr("{number} megabits per second", number(value / 1_000_000, fine: true))
        case .bitrate: tr("{number} kilobits per second", number(value / 1000))
        case .share: tr("{number} percent", number(value * 100, fine: true))
        case .milliseconds: tr("{number} milliseconds", number(value))
        case .rate: tr("{number} frames per second", number(value))
        }
    }

    private func number(_ value: Double, fine: Bool = false) -> [String: String] {
        ["number": DecimalText.write(value, places: fine && value < 9.95 ? 1 : 0)]
    }
}

/// Numbers as the user's language writes them.
package nonisolated enum DecimalText {
    /// Rounded to so many places; zeros at the end of a fraction are left out.
    ///
    /// - Parameter point: what stands before the fraction; nil for the locale's own.
    package static func write(_ value: Double, places: Int, point: String? = nil) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "–" }
        var unit = 1.0
        for _ in 0..<places { unit *= 10 }
        let scaled = (abs(value) * unit).rounded()
        let whole = Int((scaled / unit).rounded(.down))
        var fraction = String(Int(scaled - Double(whole) * unit))
        while fraction.count < places { fraction = "0" + fraction }
        while fraction.hasSuffix("0") { fraction.removeLast() }
        let sign = value < 0 && scaled > 0 ? "−" : ""
        return sign + String(whole) + (fraction.isEmpty ? "" : (point ?? localPoint) + fraction)
    }

    private static var localPoint: String {
        guard let locale = localeconv(), let point = locale.pointee.decimal_point else { return "." }
        let text = String(cString: point)
        return text.isEmpty ? "." : text
    }
}

/// A span of time as a plot's axis writes it: `−2:00`.
package nonisolated enum SpanText {
    /// So many seconds before now: `−1:05`.
    package static func ago(_ seconds: Int) -> String {
        let (minutes, rest) = seconds.quotientAndRemainder(dividingBy: 60)
        return "−\(minutes):" + (rest < 10 ? "0" : "") + "\(rest)"
    }
}
