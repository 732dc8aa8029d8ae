import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// Pictures of people, as files in memory.
enum Picture {
    /// Shows a PNG or JPEG picture in an `AdwAvatar`; its initials where there is none.
    static func show(_ bytes: [UInt8]?, in avatar: Widget) {
        let texture = bytes.flatMap(texture)
        adw_avatar_set_custom_image(avatar.opaque, texture?.opaque)
    }

    private static func texture(_ bytes: [UInt8]) -> GObjectRef? {
        guard let data = g_bytes_new(bytes, gsize(bytes.count)) else { return nil }
        defer { g_bytes_unref(data) }
        guard let made = try? GLibError.check({ gdk_texture_new_from_bytes(data, $0) }) else { return nil }
        return GObjectRef(adopting: made)
    }

    /// At most `ContactPhoto.side` pixels on each side; nil for what cannot be decoded. What unfolds to more than is
    /// reasonable was refused by its head before.
    static func scaled(_ bytes: [UInt8]) -> [UInt8]? {
        guard let found = ContactPhoto.description(of: bytes), let data = g_bytes_new(bytes, gsize(bytes.count)) else {
            return nil
        }
        defer { g_bytes_unref(data) }
        guard let stream = g_memory_input_stream_new_from_bytes(data) else { return nil }
        let source = GObjectRef(adopting: stream)
        let side = Int32(min(ContactPhoto.side, max(found.width, found.height)))
        let pixels = try? GLibError.check {
            gdk_pixbuf_new_from_stream_at_scale(source.pointer(), side, side, 1, nil, $0)
        }
        guard let pixels else { return nil }
        // As a camera holds it, so that nobody lies on their side.
        let upright = gdk_pixbuf_apply_embedded_orientation(pixels)
        defer {
            g_object_unref(UnsafeMutableRawPointer(pixels))
            if let upright { g_object_unref(UnsafeMutableRawPointer(upright)) }
        }
        return file(of: upright ?? pixels)
    }

    private static func file(of pixels: OpaquePointer) -> [UInt8]? {
        // JPEG knows nothing to see through.
        let type = gdk_pixbuf_get_has_alpha(pixels) != 0 ? "png" : "jpeg"
        var (buffer, count): (UnsafeMutablePointer<CChar>?, gsize) = (nil, 0)
        var (keys, values): ([UnsafeMutablePointer<CChar>?], [UnsafeMutablePointer<CChar>?]) = ([nil], [nil])
        let isSaved = try? GLibError.check {
            gdk_pixbuf_save_to_bufferv(pixels, &buffer, &count, type, &keys, &values, $0)
        }
        defer { g_free(buffer) }
        guard isSaved != nil, let buffer else { return nil }
        return buffer.withMemoryRebound(to: UInt8.self, capacity: Int(count)) {
            Array(UnsafeBufferPointer(start: $0, count: Int(count)))
        }
    }
}
