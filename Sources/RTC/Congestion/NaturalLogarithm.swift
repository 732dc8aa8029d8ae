/// The natural logarithm without a C library: this module imports none.
enum NaturalLogarithm {
    private static let ofTwo = 0.693_147_180_559_945_3

    /// For positive finite numbers; exact to about 1e-10.
    static func of(_ value: Double) -> Double {
        // value = 2^exponent · significand; the significand is brought to 0.75...1.5, where the series below is quick.
        var exponent = Double(value.exponent)
        var significand = value.significand
        if significand > 1.5 {
            significand /= 2
            exponent += 1
        }
        // ln x = 2 artanh((x - 1) / (x + 1))
        let z = (significand - 1) / (significand + 1)
        let square = z * z
        var term = z
        var sum = z
        for divisor in stride(from: 3.0, through: 13, by: 2) {
            term *= square
            sum += term / divisor
        }
        return 2 * sum + exponent * ofTwo
    }
}
