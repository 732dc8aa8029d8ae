import Conference
import GLibKit

/// Tells the conference when nobody has touched this computer for a while, by what the desktop knows: contacts see the
/// user as away then. Without a desktop that knows, the user says so by hand.
final class IdleWatch {
    /// So long without a key or the pointer, ms.
    private static let limit = 10 * 60 * 1000

    private struct Source {
        let target: BusTarget
        let method: String
        /// What the answer counts in, ms.
        let unit: Int
    }

    /// GNOME counts in ms, KDE's ScreenSaver in seconds.
    private static let sources = [
        Source(
            target: target("org.gnome.Mutter.IdleMonitor", "org/gnome/Mutter/IdleMonitor/Core"),
            method: "GetIdletime", unit: 1),
        Source(
            target: target("org.freedesktop.ScreenSaver", "org/freedesktop/ScreenSaver"),
            method: "GetSessionIdleTime", unit: 1000),
    ]

    private static func target(_ name: String, _ path: String) -> BusTarget {
        let full = path.split(separator: "/").reduce(ObjectPath.root) { $0.appending(String($1)) }
        return BusTarget(name: name, path: full, interface: name)
    }

    private unowned let conference: Conference
    private let connection: BusConnection?
    private var sources = IdleWatch.sources
    private var timer: EventSource?

    init(_ conference: Conference) {
        self.conference = conference
        connection = try? BusConnection.session()
        look()
        guard !sources.isEmpty else { return }
        timer = EventSource.every(.seconds(30)) { [weak self] in self?.look() }
    }

    /// A desktop without the first kind of answer has the second, or none: what does not answer is not asked again.
    private func look() {
        while let source = sources.first {
            // What is there answers at once; what hangs must not hold the windows up.
            let answer = try? connection?.call(source.target, source.method, timeout: 500)
            if let time = answer?.first?.intValue {
                let isIdle = time >= Self.limit / source.unit
                if conference.isIdle != isIdle { conference.isIdle = isIdle }
                return
            }
            sources.removeFirst()
        }
        if conference.isIdle { conference.isIdle = false }
        timer = nil
    }
}
