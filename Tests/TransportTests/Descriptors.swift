import Glibc

/// How many this process, and who it starts, may have open.
enum Descriptors {
    static var limit: rlim_t {
        get { limits.rlim_cur }
        set {
            var limits = limits
            limits.rlim_cur = newValue
            setrlimit(resource, &limits)
        }
    }

    static var highestLimit: rlim_t { limits.rlim_max }

    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    private static var limits: rlimit {
        var limits = rlimit()
        getrlimit(resource, &limits)
        return limits
    }

    /// Nothing can be opened any more while `body` runs.
    static func withNone(_ body: () async throws -> Void) async throws {
        let limit = Self.limit
        defer { Self.limit = limit }
        Self.limit = 0
        try await body()
    }
}
