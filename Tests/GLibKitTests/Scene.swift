import Programs

/// Runs one scene of `GLibTestHost`.
func scene(_ arguments: String..., environment: [String: String] = [:]) throws -> Program.Outcome {
    try Program.run(Program.built("GLibTestHost"), arguments, environment: environment)
}
