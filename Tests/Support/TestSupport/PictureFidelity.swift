import Glibc

/// How alike two pictures are, by their luma: what the eye judges most by.
///
/// Rows of both are read at each call: the memory must stay as it is meanwhile.
package struct PictureFidelity {
    package struct Plane {
        package var samples: UnsafePointer<UInt8>
        /// Bytes from one row to the next.
        package var stride: Int

        package init(samples: UnsafePointer<UInt8>, stride: Int) {
            self.samples = samples
            self.stride = stride
        }
    }

    /// Pixels a side of the windows of which structural similarity is the mean.
    private static let window = 8

    /// Peak signal-to-noise ratio, dB; 100 for the same picture.
    package let peakSignalToNoise: Double
    /// Structural similarity (Wang et al. 2004) over windows of 8x8 pixels, each four pixels from the next: 1 for the same
    /// picture, 0 for two that have nothing in common.
    package let similarity: Double

    package init(_ left: Plane, _ right: Plane, width: Int, height: Int) {
        var (squares, row) = (0, 0)
        while row < height {
            let (a, b) = (left.samples + row * left.stride, right.samples + row * right.stride)
            var column = 0
            while column < width {
                let difference = Int(a[column]) &- Int(b[column])
                squares &+= difference &* difference
                column &+= 1
            }
            row &+= 1
        }
        let mean = Double(squares) / Double(max(width * height, 1))
        peakSignalToNoise = mean > 0 ? min(10 * log10(255 * 255 / mean), 100) : 100
        var (sum, count) = (0.0, 0)
        for top in stride(from: 0, through: height - Self.window, by: Self.window / 2) {
            for start in stride(from: 0, through: width - Self.window, by: Self.window / 2) {
                sum += Self.similarity(left, right, x: start, y: top)
                count += 1
            }
        }
        similarity = sum / Double(max(count, 1))
    }

    private static func similarity(_ left: Plane, _ right: Plane, x: Int, y: Int) -> Double {
        var (sumA, sumB, squaresA, squaresB, products) = (0, 0, 0, 0, 0)
        var row = 0
        while row < window {
            let (a, b) = (left.samples + (y + row) * left.stride + x, right.samples + (y + row) * right.stride + x)
            var column = 0
            while column < window {
                let (p, q) = (Int(a[column]), Int(b[column]))
                sumA &+= p
                sumB &+= q
                squaresA &+= p &* p
                squaresB &+= q &* q
                products &+= p &* q
                column &+= 1
            }
            row &+= 1
        }
        let count = Double(window * window)
        let (meanA, meanB) = (Double(sumA) / count, Double(sumB) / count)
        let varianceA = Double(squaresA) / count - meanA * meanA
        let varianceB = Double(squaresB) / count - meanB * meanB
        let covariance = Double(products) / count - meanA * meanB
        let (c1, c2) = (6.5025, 58.5225)
        return (2 * meanA * meanB + c1) * (2 * covariance + c2)
            / ((meanA * meanA + meanB * meanB + c1) * (varianceA + varianceB + c2))
    }
}
