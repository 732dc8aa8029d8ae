import Foundation

extension Desktop {
    /// Presses keys as a person does, in the window under the pointer: `ctrl+shift+n`, `Menu`.
    package func press(_ keys: String...) throws {
        _ = try Program.run(Program.system("xdotool"), ["key", "--delay", "60"] + keys, environment: environment)
    }

    /// Moves the pointer to a place on the screen, and so the keyboard's focus: there is no window manager.
    package func point(x: Int, y: Int) throws {
        _ = try Program.run(
            Program.system("xdotool"), ["mousemove", String(x), String(y)], environment: environment)
    }

    /// Presses a button of the pointer: 1 the first, 3 the one of context menus.
    package func click(_ button: Int) throws {
        _ = try Program.run(Program.system("xdotool"), ["click", String(button)], environment: environment)
    }

    /// Moves a window: without a window manager all begin in one corner.
    package func place(_ title: String, x: Int, y: Int) throws {
        _ = try Program.run(
            Program.system("xdotool"),
            ["search", "--sync", "--name", title, "windowmove", "--sync", String(x), String(y)],
            environment: environment)
    }

    /// Whether a window of exactly this title is on the screen.
    package func shows(_ title: String) throws -> Bool {
        try Program.run(
            Program.system("xdotool"), ["search", "--onlyvisible", "--name", "^\(title)$"], environment: environment
        ).status == 0
    }

    /// Gives a window the keyboard, which the one that came last has taken.
    package func focus(_ title: String) throws {
        _ = try Program.run(
            Program.system("xdotool"), ["search", "--name", title, "windowfocus", "--sync"], environment: environment)
    }

    /// Drags with the first button from one place to another.
    package func drag(from start: (x: Int, y: Int), to end: (x: Int, y: Int)) throws {
        var steps: [String] = []
        for step in 0...8 {
            let x = start.x + (end.x - start.x) * step / 8
            let y = start.y + (end.y - start.y) * step / 8
            steps += ["mousemove", String(x), String(y), "sleep", "0.05"]
        }
        let begin = ["mousemove", String(start.x), String(start.y), "mousedown", "1"]
        _ = try Program.run(
            Program.system("xdotool"), begin + steps + ["sleep", "0.2", "mouseup", "1"], environment: environment)
    }
}
