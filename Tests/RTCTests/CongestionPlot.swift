import Foundation

/// One scenario as a picture: what the link could carry and what each flow brought over it, and the queue below.
struct CongestionPlot {
    private static let colors = ["#3584e4", "#e66100", "#33a02c", "#9141ac", "#c01c28", "#986a44"]
    private static let (width, left, right) = (800.0, 60.0, 20.0)
    /// Upper and lower edge of each drawing.
    private static let ratePanel = (top: 50.0, bottom: 290.0)
    private static let queuePanel = (top: 330.0, bottom: 450.0)
    /// Seconds that one point stands for.
    private static let step = 0.5

    private struct Curve {
        var name: String
        var color: String
        /// One for each step.
        var values: [Double]
        var isDashed = false
    }

    private let title: String
    private let rates: [Curve]
    private let queue: [Double]
    private let seconds: Double

    init(_ title: String, _ simulation: CongestionSimulation) {
        self.title = title
        seconds = Double(simulation.queueDelays.count) / 100
        let starts = Array(stride(from: 0, to: seconds - Self.step, by: Self.step))
        let forward = simulation.flows.filter { $0.direction == .forward }
        var curves = [
            Curve(
                name: "capacity", color: "#77767b",
                values: starts.map { simulation.capacity(from: $0, to: $0 + Self.step) / 1e6 }, isDashed: true)
        ]
        for (index, flow) in forward.enumerated() {
            curves.append(
                Curve(
                    name: forward.count > 1 ? "call \(index + 1)" : "call",
                    color: Self.colors[index % Self.colors.count],
                    values: starts.map { flow.throughput(from: $0, to: $0 + Self.step) / 1e6 }))
        }
        if !simulation.transfers.isEmpty {
            curves.append(
                Curve(
                    name: "TCP", color: "#1a5fb4",
                    values: starts.map { start in
                        simulation.transfers.reduce(0) { $0 + $1.throughput(from: start, to: start + Self.step) } / 1e6
                    }))
        }
        rates = curves
        queue = starts.map { start in
            simulation.queueDelays[Int(start * 100)..<Int((start + Self.step) * 100)].max() ?? 0
        }
    }

    /// Writes `TITLE.svg` into a folder, which is made if need be.
    func write(into folder: URL) {
        let name = title.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") ? $0 : "-" }
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try? Data(svg.utf8).write(to: folder.appending(path: String(name) + ".svg"))
    }

    private var svg: String {
        let fastest = max(rates.flatMap(\.values).max() ?? 1, 0.1)
        let longest = max(queue.max() ?? 0, 100)
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Int(Self.width)) 480\""
                + " font-family=\"sans-serif\" font-size=\"12\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
            "<text x=\"\(Self.left)\" y=\"22\" font-size=\"15\">\(escaped(title))</text>",
        ]
        lines += axes(Self.ratePanel, top: fastest, unit: "Mbit/s") + axes(Self.queuePanel, top: longest, unit: "ms")
        for (index, curve) in rates.enumerated() {
            lines.append(polyline(curve, Self.ratePanel, top: fastest))
            lines.append(
                "<text x=\"\(Self.left + 90 * Double(index))\" y=\"40\" fill=\"\(curve.color)\">\(curve.name)</text>")
        }
        let waiting = Curve(name: "queue", color: "#c01c28", values: queue)
        lines.append(polyline(waiting, Self.queuePanel, top: longest))
        lines.append("<text x=\"\(Self.left)\" y=\"322\" fill=\"#c01c28\">longest queue</text>")
        for second in stride(from: 0, through: seconds, by: max((seconds / 10).rounded(), 1)) {
            lines.append("<text x=\"\(x(second))\" y=\"470\" text-anchor=\"middle\">\(Int(second)) s</text>")
        }
        return (lines + ["</svg>", ""]).joined(separator: "\n")
    }

    private func axes(_ panel: (top: Double, bottom: Double), top: Double, unit: String) -> [String] {
        let (right, label) = (Self.width - Self.right, Self.left - 6)
        let text = top < 10 ? String(format: "%.1f", top) : "\(Int(top))"
        return [
            "<path d=\"M\(Self.left) \(panel.top)V\(panel.bottom)H\(right)\" fill=\"none\" stroke=\"black\"/>",
            "<text x=\"\(label)\" y=\"\(panel.top + 10)\" text-anchor=\"end\">\(text)</text>",
            "<text x=\"\(label)\" y=\"\(panel.top + 26)\" text-anchor=\"end\">\(unit)</text>",
            "<text x=\"\(label)\" y=\"\(panel.bottom)\" text-anchor=\"end\">0</text>",
        ]
    }

    private func polyline(_ curve: Curve, _ panel: (top: Double, bottom: Double), top: Double) -> String {
        let points = curve.values.enumerated().map { index, value in
            let y = panel.bottom - min(value / top, 1) * (panel.bottom - panel.top)
            return String(format: "%.1f,%.1f", x(Double(index) * Self.step), y)
        }
        let dashes = curve.isDashed ? " stroke-dasharray=\"5 3\"" : ""
        return "<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\""
            + " stroke=\"\(curve.color)\"\(dashes)/>"
    }

    private func x(_ second: Double) -> Double {
        Self.left + second / max(seconds, 1) * (Self.width - Self.left - Self.right)
    }

    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
    }
}
