import Conference
import GtkKit
import Media

/// The way of a stream's pictures to a pane: converted on the thread that they come from, shown on the main one.
final class VideoDisplay {
    private let attachment: VideoOutlet.Attachment

    init(_ outlet: VideoOutlet, to paintable: VideoPaintable) {
        attachment = Self.attach(outlet, paintable.mailbox)
    }

    /// Apart, because what is passed on runs on the decoder's thread.
    private nonisolated static func attach(_ outlet: VideoOutlet, _ mailbox: VideoMailbox) -> VideoOutlet.Attachment {
        outlet.attach { frame in
            guard let frame else { return mailbox.post(nil) }
            guard mailbox.isOpen else { return }
            // A frame that cannot be converted leaves the last one on the screen.
            if let picture = convert(frame, pool: mailbox.pool) { mailbox.post(picture) }
        }
    }

    /// A frame as GTK draws it.
    private nonisolated static func convert(_ frame: VideoFrame, pool: PixelBuffers) -> PixelPicture? {
        PixelPicture(width: frame.width, height: frame.height, pool: pool) { buffer, stride in
            guard let start = buffer.baseAddress else { return false }
            frame.writeBGRA(into: start, stride: stride)
            return true
        }
    }
}
