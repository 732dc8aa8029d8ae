import CauserieApp
import Conference
import Testing

@Suite("Where panes go") struct PaneArrangementTests {
    private static let sizes = [(360, 294), (360, 640), (960, 600), (1920, 1080), (3840, 2160), (1, 1), (5000, 20)]

    @Test("one pane has it all", arguments: PaneLayout.allCases) func single(_ layout: PaneLayout) {
        let frames = PaneArrangement(layout).frames(count: 1, width: 800, height: 600)
        #expect(frames == [PaneArrangement.Frame(x: 0, y: 0, width: 800, height: 600)])
    }

    @Test("every pane has its place, whatever the size, and no two of a grid or strip overlap")
    func disjoint() {
        for layout in PaneLayout.allCases {
            for (width, height) in Self.sizes {
                for count in 0...17 {
                    let frames = PaneArrangement(layout).frames(count: count, width: width, height: height)
                    #expect(frames.count == count)
                    #expect(frames.allSatisfy { $0.width > 0 && $0.height > 0 })
                    guard layout != .insets, min(width, height) >= 294 else { continue }
                    for (index, frame) in frames.enumerated() {
                        #expect(frame.x >= 0 && frame.x + frame.width <= width, "\(layout) \(count)")
                        #expect(frame.y >= 0 && frame.y + frame.height <= height, "\(layout) \(count)")
                        for other in frames[..<index] {
                            let isApart =
                                frame.x >= other.x + other.width || other.x >= frame.x + frame.width
                                || frame.y >= other.y + other.height || other.y >= frame.y + frame.height
                            #expect(isApart, "\(layout) \(count) \(width)x\(height)")
                        }
                    }
                }
            }
        }
    }

    @Test("a grid follows the window's shape") func grid() {
        let grid = PaneArrangement(.grid)
        let wide = grid.frames(count: 2, width: 1000, height: 500)
        #expect(wide[0].y == wide[1].y && wide[0].width == wide[1].width)
        let tall = grid.frames(count: 2, width: 360, height: 640)
        #expect(tall[0].x == tall[1].x && tall[1].y > tall[0].y)
        let four = grid.frames(count: 4, width: 960, height: 600)
        #expect(four[0].width == four[3].width && four[3].x == four[1].x)
        // The last row's panes share its width.
        let three = grid.frames(count: 3, width: 960, height: 600)
        #expect(three[2].width == 960)
    }

    @Test("the speaker is large, the strip below or beside") func speaker() {
        let below = PaneArrangement(.speaker).frames(count: 4, width: 960, height: 640)
        #expect(below[0].width == 960 && below[0].height > 400 && below[1].y > below[0].height)
        let beside = PaneArrangement(.speaker).frames(count: 4, width: 1920, height: 700)
        #expect(beside[0].height == 700 && beside[1].x > beside[0].width)
    }

    @Test("insets keep clear of a header bar that floats") func insets() {
        let plain = PaneArrangement(.insets).frames(count: 3, width: 960, height: 640)
        let covered = PaneArrangement(.insets, topInset: 50).frames(count: 3, width: 960, height: 640)
        #expect(plain[0] == covered[0] && covered[1].y == plain[1].y + 50)
    }
}
