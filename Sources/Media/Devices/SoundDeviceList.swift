import CPulse

/// The sound server's sources and sinks as last told by it. All under the sound server's lock.
final class SoundDeviceList: @unchecked Sendable {
    // Unchecked: everything is touched with the sound server's lock held.

    /// Microphones and speakers, complete: never a list that is still being told.
    private(set) var devices: [MediaDevice] = []
    /// All sources and sinks, with the monitors that are no microphones but may be named as one.
    private(set) var names: Set<String> = []
    /// Whether the server has told its devices, or could not be reached, at least once.
    private(set) var isKnown = false

    /// Whether the server that we are connected to has told all.
    private(set) var isComplete = false

    /// What a new list brings.
    struct Change {
        /// By name.
        var appeared: Set<String>
        var disappeared: Set<String>
        /// Whether the devices are not what they were.
        var isVisible: Bool
    }

    /// Called when the server has told all.
    var onListed: (@Sendable (Change) -> Void)?

    /// Sinks that one person hears.
    private var personal: Set<String> = []
    /// All that ever were, so that something can be said of one that is gone.
    private var everPersonal: Set<String> = []

    private var telling: [MediaDevice] = []
    private var tellingNames: Set<String> = []
    private var tellingPersonal: Set<String> = []
    private var defaults: (source: String?, sink: String?) = (nil, nil)
    private var isListing = false
    private var mustListAgain = false

    var hasMicrophone: Bool { devices.contains { $0.kind == .microphone } }

    /// Whether the name is of a sink's monitor, which is no microphone.
    func isMonitor(_ name: String) -> Bool {
        names.contains(name) && !devices.contains { $0.kind == .microphone && $0.id == name }
    }

    func name(ofSpeaker id: String) -> String? { devices.first { $0.kind == .speaker && $0.id == id }?.name }

    /// Whether one person alone hears this sink as it is now, or as it was when it was there.
    func isPersonal(_ name: String) -> Bool {
        if names.contains(name) { return personal.contains(name) }
        return everPersonal.contains(name) || SinkPrivacy.soundsPersonal(name)
    }

    /// The server went away; true when that changes the list.
    func clear() -> Bool {
        defer {
            devices = []
            names = []
        }
        isListing = false
        mustListAgain = false
        isKnown = true
        isComplete = false
        return !devices.isEmpty
    }

    /// Asks for everything; one question at a time, however many changes the server tells of in the meantime.
    func refresh(_ context: OpaquePointer) {
        guard !isListing else {
            mustListAgain = true
            return
        }
        isListing = true
        telling = []
        tellingNames = []
        tellingPersonal = []
        let me = Unmanaged.passUnretained(self).toOpaque()
        unref(
            pa_context_get_server_info(
                context,
                { _, info, me in
                    guard let me, let info = info?.pointee else { return }
                    let list = Unmanaged<SoundDeviceList>.fromOpaque(me).takeUnretainedValue()
                    list.defaults = (text(info.default_source_name), text(info.default_sink_name))
                }, me))
        unref(
            pa_context_get_source_info_list(
                context,
                { _, info, end, me in
                    guard let me, end == 0, let info = info?.pointee, let name = text(info.name) else { return }
                    let list = Unmanaged<SoundDeviceList>.fromOpaque(me).takeUnretainedValue()
                    list.tellingNames.insert(name)
                    // A monitor hears what a speaker plays: no microphone, unless somebody names it.
                    guard info.monitor_of_sink == .max else { return }
                    list.add(.microphone, name, text(info.description), isDefault: name == list.defaults.source)
                }, me))
        unref(
            pa_context_get_sink_info_list(
                context,
                { context, info, end, me in
                    guard let me, let context else { return }
                    let list = Unmanaged<SoundDeviceList>.fromOpaque(me).takeUnretainedValue()
                    if end != 0 { return list.finish(context) }
                    guard let info = info?.pointee, let name = text(info.name) else { return }
                    list.tellingNames.insert(name)
                    if SinkPrivacy.isPersonal(info) { list.tellingPersonal.insert(name) }
                    list.add(.speaker, name, text(info.description), isDefault: name == list.defaults.sink)
                }, me))
    }

    private func add(_ kind: MediaDevice.Kind, _ name: String, _ description: String?, isDefault: Bool) {
        telling.append(MediaDevice(kind: kind, id: name, name: description ?? name, isDefault: isDefault))
    }

    private func finish(_ context: OpaquePointer) {
        isListing = false
        isKnown = true
        isComplete = true
        let change = Change(
            appeared: tellingNames.subtracting(names), disappeared: names.subtracting(tellingNames),
            isVisible: telling != devices)
        devices = telling
        names = tellingNames
        personal = tellingPersonal
        everPersonal.formUnion(personal)
        if mustListAgain {
            mustListAgain = false
            refresh(context)
        }
        onListed?(change)
    }

    private func unref(_ operation: OpaquePointer?) {
        if let operation { pa_operation_unref(operation) }
    }
}

private func text(_ pointer: UnsafePointer<CChar>?) -> String? { pointer.map { String(cString: $0) } }
