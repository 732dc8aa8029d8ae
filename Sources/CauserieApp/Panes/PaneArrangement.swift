import Conference

/// Where each pane of a window goes: arithmetic alone, so that it can be tested.
package nonisolated struct PaneArrangement: Hashable, Sendable {
    /// Application pixels from the upper left corner.
    package struct Frame: Hashable, Sendable {
        package var x: Int
        package var y: Int
        package var width: Int
        package var height: Int

        package init(x: Int, y: Int, width: Int, height: Int) {
            self.x = x
            self.y = y
            self.width = max(1, width)
            self.height = max(1, height)
        }
    }

    /// Between panes.
    package static let gap = 2
    /// Around small pictures over a large one.
    private static let margin = 12

    package var layout: PaneLayout
    /// Keeps small pictures below a header bar that floats over the panes.
    package var topInset = 0

    package init(_ layout: PaneLayout, topInset: Int = 0) {
        self.layout = layout
        self.topInset = topInset
    }

    /// The frames of `count` panes, in their order, in an area of this size.
    package func frames(count: Int, width: Int, height: Int) -> [Frame] {
        guard count > 0 else { return [] }
        guard count > 1 else { return [Frame(x: 0, y: 0, width: width, height: height)] }
        return switch layout {
        case .grid: Self.grid(count, width, height)
        case .speaker: Self.speaker(count, width, height)
        case .insets: insets(count, width, height)
        }
    }

    // MARK: Grid

    /// As many columns as give pictures of 4:3 the most room; the last row's panes share its width.
    private static func grid(_ count: Int, _ width: Int, _ height: Int) -> [Frame] {
        let area = { (columns: Int) -> Int in
            let rows = (count + columns - 1) / columns
            let (cellWidth, cellHeight) = (width / columns, height / rows)
            return min(cellWidth, cellHeight * 4 / 3)
        }
        let columns = (1...count).max { area($0) < area($1) } ?? 1
        let rows = (count + columns - 1) / columns
        return (0..<count).map { index in
            let row = index / columns
            let inRow = row == rows - 1 ? count - row * columns : columns
            let (x, cellWidth) = share(width, inRow, index - row * columns)
            let (y, cellHeight) = share(height, rows, row)
            return Frame(x: x, y: y, width: cellWidth, height: cellHeight)
        }
    }

    /// The place of one of `count` equal parts of a length, with gaps between them and no pixel lost.
    private static func share(_ length: Int, _ count: Int, _ index: Int) -> (start: Int, length: Int) {
        let free = max(count, length - gap * (count - 1))
        let start = free * index / count + gap * index
        return (start, free * (index + 1) / count - free * index / count)
    }

    // MARK: Speaker and strip

    /// The strip goes where it costs the large picture the least: below it, or at its side in a wide window.
    private static func speaker(_ count: Int, _ width: Int, _ height: Int) -> [Frame] {
        let isWide = width * 10 > height * 17
        let length = isWide ? height : width
        let thickness = min(max((isWide ? width : height) / 5, 84), 200)
        let rest = (isWide ? width : height) - thickness - gap
        var frames = [
            isWide
                ? Frame(x: 0, y: 0, width: rest, height: height) : Frame(x: 0, y: 0, width: width, height: rest)
        ]
        // Few panes keep their proportions in the middle of the strip; many share its length.
        let natural = isWide ? thickness * 3 / 4 : thickness * 4 / 3
        let small = count - 1
        let wanted = min(length, natural * small + gap * (small - 1))
        let offset = (length - wanted) / 2
        for index in 0..<small {
            let (start, size) = share(wanted, small, index)
            frames.append(
                isWide
                    ? Frame(x: rest + gap, y: offset + start, width: thickness, height: size)
                    : Frame(x: offset + start, y: rest + gap, width: size, height: thickness))
        }
        return frames
    }

    // MARK: Insets

    /// Small pictures in columns from the upper far corner: the near corner has the name, the lower far one the own
    /// picture.
    private func insets(_ count: Int, _ width: Int, _ height: Int) -> [Frame] {
        let (gap, margin) = (8, Self.margin)
        let insetWidth = min(max(width / 5, 96), 220)
        let insetHeight = insetWidth * 3 / 4
        let free = height - topInset - margin * 2 - insetHeight
        let perColumn = max(1, (free + gap) / (insetHeight + gap))
        var frames = [Frame(x: 0, y: 0, width: width, height: height)]
        for index in 0..<(count - 1) {
            let (column, row) = (index / perColumn, index % perColumn)
            frames.append(
                Frame(
                    x: max(0, width - margin - insetWidth - column * (insetWidth + gap)),
                    y: topInset + margin + row * (insetHeight + gap), width: insetWidth, height: insetHeight))
        }
        return frames
    }
}
