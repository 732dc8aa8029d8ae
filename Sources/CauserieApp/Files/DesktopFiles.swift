import CGLib
import CGtk
import GLibKit

/// What the desktop does with files.
enum DesktopFiles {
    /// Opens a file with the program that is meant for its kind.
    static func open(_ path: String) throws(GLibError) {
        try launch(try uri(path))
    }

    /// Shows a file, chosen, in the file manager; where none answers, what is meant for folders opens its folder.
    static func show(_ path: String) async throws(GLibError) {
        let uri = try uri(path)
        guard let object = ObjectPath("/org/freedesktop/FileManager1") else { return }
        let target = BusTarget(
            name: "org.freedesktop.FileManager1", path: object, interface: "org.freedesktop.FileManager1")
        do throws(GLibError) {
            _ = try await BusConnection.session().callLater(
                target, "ShowItems", [.strings([uri]), .string("")], startsService: true, timeout: 5000)
        } catch {
            let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
            try launch(try Self.uri(folder.isEmpty ? "/" : folder))
        }
    }

    private static func uri(_ path: String) throws(GLibError) -> String {
        guard let text = try GLibError.check({ g_filename_to_uri(path, nil, $0) }) else { return "" }
        defer { g_free(text) }
        return String(cString: text)
    }

    private static func launch(_ uri: String) throws(GLibError) {
        let context = gdk_display_get_default().flatMap { gdk_display_get_app_launch_context($0) }
        defer { if let context { g_object_unref(context.gobject) } }
        _ = try GLibError.check {
            g_app_info_launch_default_for_uri(
                uri, context.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: GAppLaunchContext.self) }, $0)
        }
    }
}
