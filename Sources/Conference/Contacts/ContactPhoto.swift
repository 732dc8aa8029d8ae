/// A contact's picture as bytes: what it is, and whether it is small enough to be kept and to be decoded.
package enum ContactPhoto {
    /// What a photo may be.
    package enum Format: String, Hashable, Sendable { case png, jpeg }

    /// Bytes of a picture that is kept. The interface scales what a person chooses to `side` pixels, which is far below.
    package static let byteLimit = 192 << 10
    /// Bytes of a file that is looked at in order to scale it.
    package static let sourceLimit = 16 << 20
    /// The longer side of a scaled picture, pixels.
    package static let side = 256
    /// The longer side of what is decoded at all: a small file can unfold to gigabytes.
    package static let sideLimit = 8192

    /// What a photo's head says; pixels.
    package struct Description: Hashable, Sendable {
        package var format: Format
        package var width: Int
        package var height: Int
    }

    /// What the file's head says; nil when it is no PNG or JPEG, or has no reasonable size.
    package static func description(of bytes: [UInt8]) -> Description? {
        guard let found = png(bytes) ?? jpeg(bytes), (1...sideLimit).contains(found.width),
            (1...sideLimit).contains(found.height)
        else { return nil }
        return found
    }

    /// Whether it can be kept as it is.
    static func check(_ bytes: [UInt8]) throws(ContactProblem) {
        guard description(of: bytes) != nil else { throw .photoUnreadable }
        guard bytes.count <= byteLimit else { throw .photoTooLarge }
    }

    /// PNG §5.2, §11.2.2: the signature, then the header chunk.
    private static func png(_ bytes: [UInt8]) -> Description? {
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        guard bytes.count >= 33, bytes.starts(with: signature), bytes[12..<16].elementsEqual("IHDR".utf8) else {
            return nil
        }
        let number = { (start: Int) in bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
        return Description(format: .png, width: number(16), height: number(20))
    }

    /// JPEG (ITU-T T.81 annex B): segments up to the frame header.
    private static func jpeg(_ bytes: [UInt8]) -> Description? {
        guard bytes.starts(with: [0xFF, 0xD8, 0xFF]) else { return nil }
        var place = 2
        while place + 9 < bytes.count {
            guard bytes[place] == 0xFF else { return nil }
            let marker = bytes[place + 1]
            // Fill bytes.
            if marker == 0xFF {
                place += 1
                continue
            }
            let isFrame = (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker)
            if isFrame {
                let number = { (start: Int) in Int(bytes[start]) << 8 | Int(bytes[start + 1]) }
                return Description(format: .jpeg, width: number(place + 7), height: number(place + 5))
            }
            // The picture begins without a header before it, or ends.
            guard ![0xD8, 0xD9, 0xDA].contains(marker) else { return nil }
            let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
            guard length >= 2 else { return nil }
            place += 2 + length
        }
        return nil
    }
}

extension ContactPhoto {
    /// A picture from a file, for a draft; what of it is kept is decided when the draft is.
    package static func read(_ path: String) throws(ContactProblem) -> [UInt8] {
        let found = try? ProfileFile(path: path).read(atMost: sourceLimit)
        guard let bytes = found.flatMap({ $0 }), description(of: bytes) != nil else { throw .photoUnreadable }
        return bytes
    }
}
