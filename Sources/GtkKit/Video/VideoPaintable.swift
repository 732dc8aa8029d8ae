import CGLib
import CGtk
import CGtkShim
import GLibKit

/// What a `GtkPicture` shows of a video: post pictures to its mailbox from any thread.
package final class VideoPaintable {
    private let object: GObjectRef
    /// Pictures drawn so far: a figure for tests.
    package private(set) var shown = 0
    private var pictureHandler: (() -> Void)?

    private lazy var box = VideoMailbox { [weak self] picture in self?.show(picture) }

    /// Where pictures arrive.
    package var mailbox: VideoMailbox { box }

    package init(mirrored: Bool = false) {
        object = GObjectRef(adopting: CGtkShim_video_new())
        CGtkShim_video_set_mirrored(object.opaque, mirrored ? 1 : 0)
    }

    /// Lets a picture widget show this.
    package func attach(to picture: Widget) {
        gtk_picture_set_paintable(picture.opaque, object.opaque)
    }

    /// Whether a picture is shown now.
    package var hasPicture: Bool { CGtkShim_video_get_texture(object.opaque) != nil }

    /// Calls `handler` when there is a picture for the first time, and when there is none any more.
    package func onPictureChange(_ handler: @escaping () -> Void) { pictureHandler = handler }

    /// Shows a picture at once.
    package func show(_ picture: PixelPicture?) {
        let had = hasPicture
        defer { if hasPicture != had { pictureHandler?() } }
        guard let picture else {
            CGtkShim_video_set_texture(object.opaque, nil, 0)
            return
        }
        // The texture holds the picture; GTK lets go of it, on whichever thread, when the texture dies.
        let bytes = g_bytes_new_with_free_func(
            picture.bytes.baseAddress, gsize(picture.bytes.count), releasePicture,
            Unmanaged.passRetained(picture).toOpaque())
        defer { g_bytes_unref(bytes) }
        guard
            let texture = gdk_memory_texture_new(
                Int32(picture.width), Int32(picture.height), GDK_MEMORY_B8G8R8A8_PREMULTIPLIED, bytes,
                gsize(picture.stride))
        else { return }
        CGtkShim_video_set_texture(object.opaque, texture, Int32(picture.quarterTurns))
        g_object_unref(UnsafeMutableRawPointer(texture))
        shown += 1
    }
}

private nonisolated func releasePicture(_ data: gpointer?) {
    guard let data else { return }
    Unmanaged<PixelPicture>.fromOpaque(data).release()
}
