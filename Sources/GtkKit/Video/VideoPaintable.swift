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
        guard let texture = picture.makeTexture() else { return }
        CGtkShim_video_set_texture(object.opaque, texture.opaque, Int32(picture.quarterTurns))
        shown += 1
    }
}
