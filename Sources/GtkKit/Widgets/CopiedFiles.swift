import CGLib
import CGtk
import GLibKit

/// Files as file managers of GTK 3 copy them: `x-special/gnome-copied-files`, which GTK 4 does not know. A word that says
/// whether they are copied or cut, then an address a line.
package enum CopiedFiles {
    private nonisolated static let mimeType = "x-special/gnome-copied-files"
    /// Bytes of the whole list: whoever copies more has no list of files.
    fileprivate nonisolated static let limit = 1 << 20

    /// Makes clipboard and drops give a `GdkFileList` for it. Once, before the first window.
    package static func register() {
        gdk_content_register_deserializer(mimeType, gdk_file_list_get_type(), beginReading, nil, nil)
    }

    /// The addresses in a list; nil when it is none.
    package nonisolated static func addresses(in text: String) -> [String]? {
        let lines = text.split(whereSeparator: \.isNewline)
        guard let word = lines.first, word == "copy" || word == "cut" else { return nil }
        return lines.dropFirst().map(String.init)
    }
}

/// GDK has a list to be read: all of it goes into memory first.
private nonisolated func beginReading(_ reader: OpaquePointer?) {
    guard let reader, let memory = g_memory_output_stream_new_resizable() else { return }
    let flags = GOutputStreamSpliceFlags(
        G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE.rawValue | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET.rawValue)
    g_output_stream_splice_async(
        memory, gdk_content_deserializer_get_input_stream(reader), flags,
        gdk_content_deserializer_get_priority(reader), gdk_content_deserializer_get_cancellable(reader), endReading,
        UnsafeMutableRawPointer(reader))
    g_object_unref(memory)
}

/// GIO calls this exactly once; the reader lives until it is told what came of it.
private nonisolated func endReading(
    _ source: UnsafeMutablePointer<GObject>?, _ result: OpaquePointer?, _ data: gpointer?
) {
    guard let source, let reader = data.map({ OpaquePointer($0) }) else { return }
    let memory = UnsafeMutableRawPointer(source).assumingMemoryBound(to: GOutputStream.self)
    var problem: UnsafeMutablePointer<GError>?
    guard g_output_stream_splice_finish(memory, result, &problem) >= 0 else {
        return gdk_content_deserializer_return_error(reader, problem)
    }
    let stream = UnsafeMutableRawPointer(source).assumingMemoryBound(to: GMemoryOutputStream.self)
    let size = Int(g_memory_output_stream_get_data_size(stream))
    let bytes = UnsafeRawBufferPointer(start: g_memory_output_stream_get_data(stream), count: size)
    guard size <= CopiedFiles.limit, let addresses = CopiedFiles.addresses(in: String(decoding: bytes, as: UTF8.self))
    else {
        return gdk_content_deserializer_return_error(
            reader, g_error_new_literal(g_io_error_quark(), Int32(G_IO_ERROR_INVALID_DATA.rawValue), "no list of files")
        )
    }
    var files: UnsafeMutablePointer<GSList>?
    for address in addresses.reversed() {
        files = g_slist_prepend(files, UnsafeMutableRawPointer(g_file_new_for_uri(address)))
    }
    if let value = gdk_content_deserializer_get_value(reader), let list = gdk_file_list_new_from_list(files) {
        g_value_take_boxed(value, UnsafeMutableRawPointer(list))
    }
    g_slist_free_full(files, g_object_unref)
    gdk_content_deserializer_return_success(reader)
}
