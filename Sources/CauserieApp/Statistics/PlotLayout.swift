/// Where a plot's lines lie within its area, in pixels: time runs to the right and ends now, values rise.
package nonisolated struct PlotLayout: Hashable, Sendable {
    package var left: Double
    package var right: Double
    package var top: Double
    package var bottom: Double
    /// Seconds from the left edge to now.
    package var span: Double
    /// The newest sample's time.
    package var now: Double
    package var scale: PlotScale

    package init(
        width: Double, height: Double, labelWidth: Double, labelHeight: Double, contents: PlotContents
    ) {
        left = min(labelWidth + 8, width)
        right = max(width - 1, left)
        // The uppermost mark's label is as high as the line is long on either side of it.
        top = labelHeight / 2
        bottom = max(height - labelHeight - 4, top)
        span = Double(contents.span)
        now = contents.series.compactMap { $0.points.last?.time }.max() ?? 0
        scale = contents.scale
    }

    package func x(_ time: Double) -> Double {
        right - (now - time) / span * (right - left)
    }

    package func y(_ value: Double) -> Double {
        bottom - scale.fraction(of: value) * (bottom - top)
    }

    /// A stretch's points within the area.
    package func points(_ stretch: [StatisticsSeries.Point]) -> [(x: Double, y: Double)] {
        stretch.compactMap { point in
            guard let value = point.value, now - point.time <= span + 0.5 else { return nil }
            return (max(x(point.time), left), y(value))
        }
    }
}
