import BrowserSupport
import Logging
import NIOPosix
import RTC
import Transport

@testable import Conference

/// Stands between a page, which cannot show a certificate, and an instance: the page's signalling messages go over a real
/// signalling connection and back.
final class PageRelay: Sendable {
    private let connection: SignalingConnection

    private init(connection: SignalingConnection, browser: Browser) {
        self.connection = connection
        browser.onMessage { text in
            guard let message = try? SignalingMessage(parsing: Array(text.utf8)) else { return }
            try? connection.send(message)
        }
        Task {
            for await event in connection.events {
                guard case .message(let envelope) = event, let frame = try? envelope.message.frame() else { continue }
                browser.tell(String(decoding: frame, as: UTF8.self))
            }
        }
    }

    private static func identity() throws -> InstallationIdentity {
        try InstallationIdentity(
            DTLSCertificate.generate(commonName: "page", secondsSince1970: MonotonicClock.secondsSince1970))
    }

    /// The page calls the instance at `port`.
    static func dial(port: Int, browser: Browser) async throws -> PageRelay {
        guard let address = CallAddress("127.0.0.1:\(port)") else { throw SignalingError("no address") }
        let dialer = SignalingDialer(
            identity: try identity(), timing: SignalingTiming(), eventLoop: MultiThreadedEventLoopGroup.singleton.next()
        )
        return PageRelay(connection: try await dialer.dial(address, expected: nil), browser: browser)
    }

    /// The page is called: a listener whose first caller is connected with it.
    static func listen(for browser: Browser) async throws -> SignalingListener {
        try await SignalingListener.open(
            port: 0, identity: try identity(), timing: SignalingTiming(),
            on: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "page"),
            onConnection: { connection in
                // The relay lives as long as the connection's task and the browser's handler hold it.
                guard case .call(let connection) = connection else { return connection.close() }
                _ = PageRelay(connection: connection, browser: browser)
            })
    }
}
