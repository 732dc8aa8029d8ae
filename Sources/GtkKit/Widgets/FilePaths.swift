import CGLib
import CGtk
import GLibKit

/// Paths of files that the desktop hands over.
package enum FilePaths {
    /// Nil for one that is on no disk: on a server that is not mounted.
    package static func path(of file: GObjectRef) -> String? {
        guard let path = g_file_get_path(file.opaque) else { return nil }
        defer { g_free(path) }
        return String(cString: path)
    }

    /// Of a value that holds a `GdkFileList`; none for another one.
    package static func paths(in value: UnsafePointer<GValue>) -> [String] {
        guard g_type_check_value_holds(value, gdk_file_list_get_type()) != 0, let boxed = g_value_get_boxed(value)
        else { return [] }
        let files = gdk_file_list_get_files(OpaquePointer(boxed))
        defer { g_slist_free(files) }
        var paths: [String] = []
        var link = files
        while let node = link?.pointee {
            if let file = node.data, let path = path(of: GObjectRef(retaining: file)) { paths.append(path) }
            link = node.next
        }
        return paths
    }
}
