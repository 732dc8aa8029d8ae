/// A picture's size as the settings spell it: `1280x720`.
package nonisolated struct PictureSize: Hashable, Sendable, CustomStringConvertible {
    package let width: Int
    package let height: Int

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// Nil for anything but two even numbers of 16...3840 and 16...2160.
    package init?(_ text: String) {
        let parts = text.split(separator: "x", omittingEmptySubsequences: false)
        guard parts.count == 2, let width = Int(parts[0]), let height = Int(parts[1]), (16...3840).contains(width),
            (16...2160).contains(height), width.isMultiple(of: 2), height.isMultiple(of: 2)
        else { return nil }
        self.init(width: width, height: height)
    }

    package var description: String { "\(width)x\(height)" }

    /// For people, with the sign of multiplication.
    package var name: String { "\(width) × \(height)" }

    package static let standard = PictureSize(width: 640, height: 480)

    /// What is offered.
    package static let offered = [
        PictureSize(width: 320, height: 240), .standard, PictureSize(width: 960, height: 540),
        PictureSize(width: 1280, height: 720), PictureSize(width: 1920, height: 1080),
    ]
}
