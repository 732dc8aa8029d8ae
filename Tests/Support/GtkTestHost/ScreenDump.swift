import CGtk
import Glibc
import GtkKit

/// A dump of an X server's screen (Xvfb's `-fbdir`, in XWD's format) as PNG.
enum ScreenDump {
    /// False when the file is no such dump.
    static func convert(_ path: String, to picture: String) -> Bool {
        guard let bytes = read(path), bytes.count > 100 else { return false }
        // The header: 32-bit words, most significant byte first.
        let word = { (index: Int) in bytes[index * 4..<index * 4 + 4].reduce(0) { $0 << 8 | Int($1) } }
        let (width, height, stride) = (word(4), word(5), word(12))
        let start = word(0) + word(19) * 12
        guard word(1) == 7, word(11) == 32, width > 0, height > 0, stride >= width * 4,
            start + stride * height <= bytes.count
        else { return false }
        let pool = PixelBuffers()
        let pixels = PixelPicture(width: width, height: height, pool: pool) { buffer, lines in
            for y in 0..<height {
                for x in 0..<width * 4 {
                    // The fourth byte of a pixel is nothing in the dump; here it is what makes the pixel opaque.
                    buffer[y * lines + x] = x % 4 == 3 ? 255 : bytes[start + y * stride + x]
                }
            }
            return true
        }
        guard let pixels else { return false }
        return pixels.write(to: picture)
    }

    private static func read(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var information = stat()
        guard fstat(file, &information) == 0, (1...100_000_000).contains(information.st_size) else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(information.st_size))
        let count = Glibc.read(file, &bytes, bytes.count)
        return count == bytes.count ? bytes : nil
    }
}
