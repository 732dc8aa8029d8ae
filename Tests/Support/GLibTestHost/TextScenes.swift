import GLibKit

/// Settings with the schema that the test compiled (argument 2 its folder) or without one.
func settingsScene() {
    let directory = CommandLine.arguments.count > 2 ? CommandLine.arguments[2] : nil
    let settings = Settings(
        "org.causerie.Test", directory: directory,
        fallback: ["name": .string("nobody"), "volume": .double(1), "words": .strings([])])
    report("persistent", settings.isPersistent)
    report("problem", settings.problem ?? "none")
    var changes = 0
    settings.onChange(of: "name") { changes += 1 }
    report("before", settings.value("name")?.stringValue ?? "?")
    report("set", outcome { try settings.set("name", .string("Ann")) })
    report("after", settings.value("name")?.stringValue ?? "?")
    report("changes", changes)
    report("words", outcome { try settings.set("words", .strings(["a", "b"])) })
    report("wordsNow", settings.value("words")?.text ?? "?")
    report("noKey", outcome { try settings.set("nothing", .string("x")) })
    report("noValue", settings.value("nothing") == nil)
    report("wrongType", outcome { try settings.set("name", .int32(3)) })
    report("range", outcome { try settings.set("volume", .double(7)) })
    let newer = Settings("org.causerie.Test", directory: directory, fallback: ["newer": .bool(true)])
    report("newer", newer.value("newer")?.boolValue ?? false)
    let missing = Settings("org.causerie.Missing", directory: directory, fallback: [:])
    report("missing", missing.problem == nil ? "no problem" : "problem")
    let relocatable = Settings("org.causerie.Test", path: "/x/", directory: directory, fallback: [:])
    report("relocatable", relocatable.isPersistent)
    settings.sync()
}

private func outcome(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "ok"
    } catch { return "\(error)" }
}

/// Sentences through the catalogue that the test compiled into argument 2.
func gettextScene() {
    Localization.start(domain: "glibtest", directory: CommandLine.arguments.count > 2 ? CommandLine.arguments[2] : nil)
    report("plain", tr("Hang up"))
    report("named", tr("{name} calls from {place}", ["name": "Ann {place}", "place": "here"]))
    report("one", trn("{count} call", "{count} calls", 1))
    report("many", trn("{count} call", "{count} calls", 5))
    report("zero", trn("{count} call", "{count} calls", 0))
    report("context", trc("audio", "Mute"))
    report("otherContext", trc("mail", "Mute"))
    report("runtime", translated("Hang" + " up"))
    report("unknown", translated("Nobody translated this"))
    report("empty", translated(""))
}
