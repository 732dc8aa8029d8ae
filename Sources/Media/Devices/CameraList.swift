import CV4L
import Glibc

/// The cameras that are plugged in now.
enum CameraList {
    /// In the order of the kernel; the first one is the default.
    static func cameras() -> [MediaDevice] {
        let stable = stableNames()
        var cameras: [MediaDevice] = []
        for number in 0..<64 {
            let path = "/dev/video\(number)"
            guard let name = captureName(of: path) else { continue }
            cameras.append(
                MediaDevice(kind: .camera, id: stable[path] ?? path, name: name, isDefault: cameras.isEmpty))
        }
        return cameras
    }

    /// The device node for a path, an id or a name; nil when no such camera is there.
    static func path(of text: String) -> String? {
        if text.hasPrefix("/") { return access(text, F_OK) == 0 ? text : nil }
        return cameras().first { $0.name == text || $0.id == text }?.id
    }

    /// Nil for a device that takes no pictures (metadata nodes, outputs).
    private static func captureName(of path: String) -> String? {
        guard access(path, R_OK | W_OK) == 0 else { return nil }
        let device = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard device >= 0 else { return nil }
        defer { close(device) }
        var capability = v4l2_capability()
        guard CV4L_query_capabilities(device, &capability) == 0 else { return nil }
        let flags =
            capability.capabilities & UInt32(V4L2_CAP_DEVICE_CAPS) != 0
            ? capability.device_caps : capability.capabilities
        guard flags & UInt32(V4L2_CAP_VIDEO_CAPTURE) != 0, flags & UInt32(V4L2_CAP_STREAMING) != 0 else { return nil }
        return withUnsafeBytes(of: capability.card) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// `/dev/v4l/by-id` names, which stay the same wherever the camera is plugged in, by device node.
    private static func stableNames() -> [String: String] {
        let folder = "/dev/v4l/by-id"
        guard let directory = opendir(folder) else { return [:] }
        defer { closedir(directory) }
        var names: [String: String] = [:]
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix("."), let real = realpath("\(folder)/\(name)", nil) else { continue }
            names[String(cString: real)] = "\(folder)/\(name)"
            free(real)
        }
        return names
    }
}
