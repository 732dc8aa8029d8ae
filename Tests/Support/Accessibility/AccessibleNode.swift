import CGLib
import GLibKit

/// One accessible object of a running program: what a screen reader sees, and what it can do.
@MainActor
package struct AccessibleNode: Hashable, Sendable {
    /// Of the program that has it.
    package nonisolated let busName: String
    package nonisolated let path: ObjectPath
    let tree: AccessibilityTree

    package nonisolated static func == (one: AccessibleNode, other: AccessibleNode) -> Bool {
        one.busName == other.busName && one.path == other.path
    }

    package nonisolated func hash(into hasher: inout Hasher) {
        hasher.combine(busName)
        hasher.combine(path)
    }

    // MARK: What it is

    /// Its name for people: a button's label, a window's title.
    package var name: String { property("org.a11y.atspi.Accessible", "Name")?.stringValue ?? "" }

    package var description: String { property("org.a11y.atspi.Accessible", "Description")?.stringValue ?? "" }

    /// `push button`, `text`, `label`, `frame`...
    package var role: String { call("org.a11y.atspi.Accessible", "GetRoleName")?.first?.stringValue ?? "" }

    package var children: [AccessibleNode] {
        let count = property("org.a11y.atspi.Accessible", "ChildCount")?.intValue ?? 0
        return (0..<min(count, 500)).compactMap { index in
            let reply = call("org.a11y.atspi.Accessible", "GetChildAtIndex", [.int32(Int32(index))])
            return reply?.first.flatMap { tree.node($0) }
        }
    }

    /// AT-SPI's numbers of the states that it has: `AccessibleState`.
    package func has(_ state: AccessibleState) -> Bool {
        let words = tree.states(of: self)
        let (word, bit) = (state.rawValue / 32, state.rawValue % 32)
        return word < words.count && words[word] & (1 << UInt32(bit)) != 0
    }

    /// The text of an entry or a label.
    package var text: String {
        // GTK 4.8 knows no -1 for the end.
        let count = property("org.a11y.atspi.Text", "CharacterCount")?.intValue ?? 0
        let range = [Variant.int32(0), .int32(Int32(clamping: count))]
        return call("org.a11y.atspi.Text", "GetText", range)?.first?.stringValue ?? ""
    }

    // MARK: What it can do

    /// Presses a button or does whatever its first action is. False when it refuses.
    @discardableResult
    package func press() -> Bool {
        call("org.a11y.atspi.Action", "DoAction", [.int32(0)])?.first?.boolValue ?? false
    }

    /// Puts a text into an entry.
    @discardableResult
    package func setText(_ text: String) -> Bool {
        call("org.a11y.atspi.EditableText", "SetTextContents", [.string(text)])?.first?.boolValue ?? false
    }

    /// The value of a scale or a number.
    package var value: Double { property("org.a11y.atspi.Value", "CurrentValue")?.doubleValue ?? .nan }

    @discardableResult
    package func setValue(_ value: Double) -> Bool {
        let target = BusTarget(name: busName, path: path, interface: "org.freedesktop.DBus.Properties")
        let arguments: [Variant] = [
            .string("org.a11y.atspi.Value"), .string("CurrentValue"), .variant(.double(value)),
        ]
        return (try? tree.connection.call(target, "Set", arguments, timeout: 5000)) != nil
    }

    // MARK: Finding

    /// This and everything below it that is presented, parents first. (GTK 4.8 tells no state `showing` but a window's.)
    package func shown(depth: Int = 40) -> [AccessibleNode] {
        guard depth > 0, role == "application" || has(.visible) else { return [] }
        return [self] + children.flatMap { $0.shown(depth: depth - 1) }
    }

    /// The first that can be seen with this role and a name or text that satisfies the condition.
    package func find(role: String? = nil, where matches: (String) -> Bool) -> AccessibleNode? {
        shown().first { node in
            (role == nil || node.role == role) && (matches(node.name) || matches(node.text))
        }
    }

    /// Each node that can be seen, a line each: for a failed test.
    package func outline() -> String {
        shown().map { "\($0.role): \($0.name.isEmpty ? $0.text : $0.name)" }.joined(separator: "\n")
    }

    private func call(_ interface: String, _ method: String, _ arguments: [Variant] = []) -> [Variant]? {
        let target = BusTarget(name: busName, path: path, interface: interface)
        return try? tree.connection.call(target, method, arguments, timeout: 5000)
    }

    private func property(_ interface: String, _ name: String) -> Variant? {
        let target = BusTarget(name: busName, path: path, interface: "org.freedesktop.DBus.Properties")
        return try? tree.connection.call(target, "Get", [.string(interface), .string(name)], timeout: 5000).first
    }
}

/// States of AT-SPI that tests ask for.
package enum AccessibleState: Int, Sendable {
    case checked = 4
    case focused = 12
    case pressed = 20
    case sensitive = 24
    case showing = 25
    case visible = 30
}
