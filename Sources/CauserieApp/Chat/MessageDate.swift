import CGLib
import GLibKit

/// When a message was written, in the user's own time zone and manner.
nonisolated struct MessageDate {
    /// `10:32`
    let time: String
    /// `Today`, `Yesterday`, or the date.
    let day: String

    init(milliseconds: Int64) {
        guard let date = g_date_time_new_from_unix_local(gint64(milliseconds / 1000)),
            let now = g_date_time_new_now_local()
        else {
            (time, day) = ("", "")
            return
        }
        defer {
            g_date_time_unref(date)
            g_date_time_unref(now)
        }
        time = Self.text(date, "%H:%M")
        let name = Self.text(date, "%Y-%m-%d")
        if name == Self.text(now, "%Y-%m-%d") {
            day = tr("Today")
        } else if let yesterday = g_date_time_add_days(now, -1) {
            day = name == Self.text(yesterday, "%Y-%m-%d") ? tr("Yesterday") : Self.text(date, "%x")
            g_date_time_unref(yesterday)
        } else {
            day = Self.text(date, "%x")
        }
    }

    private static func text(_ date: OpaquePointer, _ format: String) -> String {
        guard let text = g_date_time_format(date, format) else { return "" }
        defer { g_free(text) }
        return String(cString: text)
    }
}
