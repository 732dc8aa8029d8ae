import CGLib
import CGtk
import GLibKit

extension PixelPicture {
    /// The picture as a texture, which holds it until GTK lets go, on whichever thread. Nil when GTK refuses.
    @MainActor func makeTexture() -> GObjectRef? {
        let bytes = g_bytes_new_with_free_func(
            self.bytes.baseAddress, gsize(self.bytes.count), releasePicture, Unmanaged.passRetained(self).toOpaque())
        defer { g_bytes_unref(bytes) }
        return gdk_memory_texture_new(
            Int32(width), Int32(height), GDK_MEMORY_B8G8R8A8_PREMULTIPLIED, bytes, gsize(stride)
        ).map { GObjectRef(adopting: $0) }
    }

    /// Writes a PNG file; turns still to be made are left out. False when it cannot be written.
    @MainActor package func write(to path: String) -> Bool {
        guard let texture = makeTexture() else { return false }
        return gdk_texture_save_to_png(texture.opaque, path) != 0
    }
}

private nonisolated func releasePicture(_ data: gpointer?) {
    guard let data else { return }
    Unmanaged<PixelPicture>.fromOpaque(data).release()
}
