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
        files(in: value).compactMap { path(of: $0) }
    }

    /// The addresses of what is in a `GdkFileList`, wherever it is.
    package static func addresses(in value: UnsafePointer<GValue>) -> [String] {
        files(in: value).compactMap { file in
            guard let address = g_file_get_uri(file.opaque) else { return nil }
            defer { g_free(address) }
            return String(cString: address)
        }
    }

    private static func files(in value: UnsafePointer<GValue>) -> [GObjectRef] {
        guard g_type_check_value_holds(value, gdk_file_list_get_type()) != 0, let boxed = g_value_get_boxed(value)
        else { return [] }
        let list = gdk_file_list_get_files(OpaquePointer(boxed))
        defer { g_slist_free(list) }
        var files: [GObjectRef] = []
        var link = list
        while let node = link?.pointee {
            if let file = node.data { files.append(GObjectRef(retaining: file)) }
            link = node.next
        }
        return files
    }
}
