import CGtk

/// Where windows are shown.
enum Display {
    /// Whether there is a display; asked before GTK would end the process for the lack of one.
    static var isPresent: Bool { gtk_init_check() != 0 }
}
