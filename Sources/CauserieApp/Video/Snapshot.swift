import Conference
import Glibc
import GtkKit
import Media

/// A received picture as a file.
package enum Snapshot {
    /// Writes a frame as PNG.
    ///
    /// - Returns: whether it could be written.
    package static func write(_ frame: VideoFrame, to path: String) -> Bool {
        let picture = PixelPicture(width: frame.width, height: frame.height, pool: PixelBuffers()) { buffer, stride in
            guard let start = buffer.baseAddress else { return false }
            frame.writeBGRA(into: start, stride: stride)
            return true
        }
        return picture?.write(to: path) ?? false
    }

    /// `Ann Lee 2026-11-21 14-05-09.png`: nothing in it that a file's name may not have.
    package static func fileName(for person: String) -> String {
        var now = time(nil)
        var parts = tm()
        localtime_r(&now, &parts)
        var text = [CChar](repeating: 0, count: 32)
        strftime(&text, text.count, "%Y-%m-%d %H-%M-%S", &parts)
        let date = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let name = String(person.map { $0 == "/" || $0 == "\\" || $0 == ":" || $0 == "\0" ? "-" : $0 })
        let stem = name.drop { $0 == "." || $0 == " " }
        return (stem.isEmpty ? "" : stem + " ") + date + ".png"
    }
}
