import CResources

/// Where a file of `resources/` is inside the program.
nonisolated func resourcePath(_ file: String) -> String {
    CResources_register()
    return "/org/causerie/Causerie/" + file
}
