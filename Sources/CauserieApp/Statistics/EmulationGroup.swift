import CGtk
import GLibKit
import GtkKit
import RTC

/// The switch that makes a stream's network worse: known networks, values of one's own, and an outage.
package final class EmulationGroup {
    let root: GObjectRef
    private let preset: Choice<String>
    private let direction: Choice<NetworkEmulation.Direction>
    private let numbers: [(field: NumberField, value: Value)]
    private let cut: Widget
    private let model: Shown

    /// What is shown; the fields begin with it when they change a part.
    private final class Shown {
        var network = NetworkEmulation.off
        var set: (NetworkEmulation) -> Void

        init(set: @escaping (NetworkEmulation) -> Void) { self.set = set }

        func change(_ body: (inout NetworkEmulation) -> Void) {
            var new = network
            new.isCut = false
            body(&new)
            set(new)
        }
    }

    /// One number of the conditions.
    private struct Value {
        var name: String
        var label: String
        var range: ClosedRange<Int>
        var get: (LinkConditions) -> Int
        var set: (inout LinkConditions, Int) -> Void
    }

    /// - Parameters:
    ///   - set: takes what is chosen.
    ///   - cut: lets nothing through for a while.
    package init(
        set: @escaping (NetworkEmulation) -> Void, cut onCut: @escaping () -> Void
    ) throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/emulation.ui"))
        root = try builder.retained("group", adw_preferences_group_get_type())
        cut = try builder.object("cut", gtk_button_get_type())
        let model = Shown(set: set)
        self.model = model
        preset = try Choice(builder, "preset", label: tr("Network")) { name in
            guard name != Self.own else { return }
            let conditions = NetworkEmulation.presets.first { $0.name == name }?.conditions ?? .perfect
            model.change { $0.conditions = conditions }
        }
        direction = try Choice(builder, "direction", label: tr("Direction")) { direction in
            model.change { $0.direction = direction }
        }
        var numbers: [(NumberField, Value)] = []
        for value in Self.values {
            let field = try NumberField(builder, value.name, label: value.label, range: value.range) { number in
                model.change { value.set(&$0.conditions, number) }
                return nil
            }
            numbers.append((field, value))
        }
        self.numbers = numbers
        connect(cut, "clicked", onCut)
    }

    private static let own = "own"

    private static var values: [Value] {
        [
            Value(
                name: "loss", label: tr("Loss"), range: 0...100, get: { Int(($0.loss * 100).rounded()) },
                set: { $0.loss = Double($1) / 100 }),
            Value(
                name: "burst", label: tr("Loss in a Row"), range: 1...100, get: { Int($0.lossBurst.rounded()) },
                set: { $0.lossBurst = Double($1) }),
            Value(
                name: "delay", label: tr("Delay"), range: 0...5000, get: { milliseconds($0.delay) },
                set: { $0.delay = .milliseconds($1) }),
            Value(
                name: "jitter", label: tr("Jitter"), range: 0...2000, get: { milliseconds($0.jitter) },
                set: { $0.jitter = .milliseconds($1) }),
            Value(
                name: "rate", label: tr("Bit Rate"), range: 0...1_000_000, get: { ($0.bitsPerSecond ?? 0) / 1000 },
                set: { $0.setRate(kilobits: Double($1)) }),
        ]
    }

    private static func milliseconds(_ duration: Duration) -> Int { Int((duration / .milliseconds(1)).rounded()) }

    /// Shows what is set now.
    package func show(_ network: NetworkEmulation) {
        model.network = network
        let isOff = network.conditions == .perfect
        let chosen = isOff ? "off" : network.preset ?? Self.own
        preset.show(Self.presets(isOwn: chosen == Self.own), selected: chosen)
        direction.show(
            [(.both, tr("Both")), (.sent, tr("Sent")), (.received, tr("Received"))], selected: network.direction)
        for (field, value) in numbers { field.show(value.get(network.conditions), isAnother: false) }
        cut.isSensitive = !network.isCut
    }

    private static func presets(isOwn: Bool) -> [(String, String)] {
        let known = [
            ("off", tr("As It Is")), ("wifi", tr("Wi-Fi")), ("wifi-lossy", tr("Wi-Fi, Far Away")),
            ("cellular", tr("Mobile Network")), ("satellite", tr("Satellite")), ("congested", tr("Crowded Network")),
        ]
        return isOwn ? known + [(own, tr("Values Below"))] : known
    }
}
