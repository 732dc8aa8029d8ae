import CV4L
import Glibc

/// The cameras that are plugged in now.
struct CameraList: Sendable {
    /// Silences libv4l2, once in the process.
    static let quiet: Void = CV4L_be_quiet()

    /// Where the device nodes are; another folder in tests.
    var folder = "/dev"

    /// In the order of the kernel; the first one is the default.
    func cameras() -> [MediaDevice] {
        Self.quiet
        let stable = stableNames()
        var cameras: [MediaDevice] = []
        for number in 0..<64 {
            let path = "\(folder)/video\(number)"
            guard let name = captureName(of: path) else { continue }
            cameras.append(
                MediaDevice(kind: .camera, id: stable[path] ?? path, name: name, isDefault: cameras.isEmpty))
        }
        return cameras
    }

    /// The device node for a path, an id or a name; nil when no such camera is there.
    func path(of text: String) -> String? {
        if text.hasPrefix("/") { return access(text, F_OK) == 0 ? text : nil }
        return cameras().first { $0.name == text || $0.id == text }?.id
    }

    /// Nil for a device that takes no pictures (metadata nodes, outputs).
    private func captureName(of path: String) -> String? {
        guard access(path, R_OK | W_OK) == 0 else { return nil }
        let device = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard device >= 0 else { return nil }
        // Through libv4l2's plugins, since they make cameras of devices that would not look like one. What it does not
        // want, its close closes nevertheless.
        defer { v4l2_close(device) }
        var capability = v4l2_capability()
        guard CV4L_adopt(device) == device, CV4L_query_capabilities(device, &capability) == 0 else { return nil }
        let flags =
            capability.capabilities & UInt32(V4L2_CAP_DEVICE_CAPS) != 0
            ? capability.device_caps : capability.capabilities
        guard flags & UInt32(V4L2_CAP_VIDEO_CAPTURE) != 0, flags & UInt32(V4L2_CAP_STREAMING) != 0 else { return nil }
        return withUnsafeBytes(of: capability.card) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// `v4l/by-id` names, which stay the same wherever the camera is plugged in, by device node.
    private func stableNames() -> [String: String] {
        let links = "\(folder)/v4l/by-id"
        guard let directory = opendir(links) else { return [:] }
        defer { closedir(directory) }
        var names: [String: String] = [:]
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix("."), let real = realpath("\(links)/\(name)", nil) else { continue }
            names[String(cString: real)] = "\(links)/\(name)"
            free(real)
        }
        return names
    }
}
