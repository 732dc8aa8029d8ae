import CGtk
import Conference
import GLibKit
import GtkKit
import Media

/// How the picture is sent.
final class PictureGroup: StreamGroup {
    let root: GObjectRef
    private let codec: Choice<String>
    private let size: Choice<PictureSize>
    private let hint: Choice<ContentHint>
    private let rate: NumberField
    private let floor: NumberField
    private let ceiling: NumberField

    init(_ editing: StreamEditing) throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/edit-streams-picture.ui"))
        root = try builder.retained("group", adw_preferences_group_get_type())
        codec = try Choice(builder, "codec", label: tr("Picture Codec")) { name in
            editing.change(tr("Picture Codec")) { $0.video.codec = name }
        }
        size = try Choice(builder, "size", label: tr("Picture Size")) { size in
            editing.change(tr("Picture Size")) { stream in
                // At once: each change of the settings begins a new encoding.
                var video = stream.video
                (video.width, video.height) = (size.width, size.height)
                stream.video = video
            }
        }
        hint = try Choice(builder, "hint", label: tr("On a Slow Network")) { hint in
            editing.change(tr("Behaviour on a Slow Network")) { $0.video.contentHint = hint }
        }
        rate = try NumberField(
            builder, "rate", label: tr("Pictures per Second"), range: VideoSettings.frameRates
        ) { value in
            editing.change(tr("Pictures per Second"), of: "rate") { $0.video.framesPerSecond = value }
            return nil
        }
        let kilobits = VideoSettings.bitrates.lowerBound / 1000...VideoSettings.bitrates.upperBound / 1000
        floor = try NumberField(builder, "floor", label: tr("Lowest Picture Bit Rate"), range: kilobits) { value in
            guard value * 1000 <= editing.stream?.video.bitrate ?? .max else {
                return tr("The lowest bit rate cannot be above the highest one.")
            }
            editing.change(tr("Lowest Picture Bit Rate"), of: "floor") { $0.video.minimumBitrate = value * 1000 }
            return nil
        }
        ceiling = try NumberField(builder, "ceiling", label: tr("Highest Picture Bit Rate"), range: kilobits) {
            value in
            guard value * 1000 >= editing.stream?.video.minimumBitrate ?? 0 else {
                return tr("The highest bit rate cannot be below the lowest one.")
            }
            editing.change(tr("Highest Picture Bit Rate"), of: "ceiling") { $0.video.bitrate = value * 1000 }
            return nil
        }
    }

    func show(_ now: StreamSnapshot, before: StreamSnapshot?) {
        let isAnother = before == nil
        let video = now.video
        codec.show(VideoSettings.codecs.map { ($0, $0.uppercased()) }, selected: video.codec)
        let current = PictureSize(width: video.width, height: video.height)
        let sizes = PictureSize.offered + (PictureSize.offered.contains(current) ? [] : [current])
        size.show(sizes.map { ($0, $0.name) }, selected: current)
        hint.show(
            [(.balanced, tr("A Little of Both")), (.motion, tr("Keep It Smooth")), (.detail, tr("Keep It Sharp"))],
            selected: video.contentHint)
        rate.show(video.framesPerSecond, isAnother: isAnother)
        floor.show(video.minimumBitrate / 1000, isAnother: isAnother)
        ceiling.show(video.bitrate / 1000, isAnother: isAnother)
    }

    func commit() {
        for field in [rate, floor, ceiling] { field.commit() }
    }

    var isTyping: Bool { rate.isTyping || floor.isTyping || ceiling.isTyping }
}
