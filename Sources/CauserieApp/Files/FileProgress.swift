import CGLib
import GLibKit

/// How far a file is, in words.
nonisolated struct FileProgress {
    /// Bytes.
    var size: Int64
    var done: Int64
    /// Bytes a second; 0 while it is not known.
    var rate: Double

    /// 0...1
    var fraction: Double { size > 0 ? min(1, max(0, Double(done) / Double(size))) : 0 }

    /// `12.4 MB of 80 MB, 3.1 MB/s, 22 seconds left`
    var sentence: String {
        var parts = [tr("{done} of {size}", ["done": Self.text(bytes: done), "size": Self.text(bytes: size)])]
        if rate >= 1, rate.isFinite {
            parts.append(tr("{speed}/s", ["speed": Self.text(bytes: Int64(min(rate, 1e15)))]))
            parts.append(Self.left(Double(max(0, size - done)) / rate))
        }
        return parts.joined(separator: ", ")
    }

    /// As the desktop writes sizes.
    static func text(bytes: Int64) -> String {
        guard let text = g_format_size(guint64(max(0, bytes))) else { return "" }
        defer { g_free(text) }
        return String(cString: text)
    }

    /// No finer than anybody can know.
    static func left(_ seconds: Double) -> String {
        let seconds = min(seconds, 1e8).rounded(.up)
        switch seconds {
        case ..<60: return trn("{count} second left", "{count} seconds left", max(1, Int(seconds)))
        case ..<3600: return trn("{count} minute left", "{count} minutes left", Int((seconds / 60).rounded(.up)))
        default: return trn("{count} hour left", "{count} hours left", Int((seconds / 3600).rounded(.up)))
        }
    }
}
