import CGLib
import Conference
import GLibKit
import Glibc
import GtkKit

/// Pictures from the clipboard that are sent: files of ours, which stay as long as their transfers are listed.
enum PastedPictures {
    private static var folder: String { String(cString: g_get_user_data_dir()) + "/causerie/pasted" }

    /// The path of a new file; nil when it cannot be written.
    static func write(_ picture: ClipboardPicture) -> String? {
        guard g_mkdir_with_parents(folder, 0o700) == 0, let date = g_date_time_new_now_local() else { return nil }
        defer { g_date_time_unref(date) }
        guard let time = g_date_time_format(date, "%Y-%m-%d %H-%M-%S") else { return nil }
        defer { g_free(time) }
        let name = tr("Picture {time}", ["time": String(cString: time)])
        for number in 1..<100 {
            let path = folder + "/" + FileName.numbered(name + ".png", number)
            guard g_file_test(path, G_FILE_TEST_EXISTS) == 0 else { continue }
            return picture.writePNG(to: path) ? path : nil
        }
        return nil
    }

    /// Whether a file is one of these.
    static func contains(_ path: String) -> Bool { path.hasPrefix(folder + "/") }

    /// Removes one that is not listed any more.
    static func remove(_ path: String) {
        if contains(path) { unlink(path) }
    }
}
