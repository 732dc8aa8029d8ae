import Foundation
import Programs

/// A WebSocket server under test: how it is started and how one speaks to it.
enum Contender: String, CaseIterable {
    case causerie = "causerie-server"
    case nchan = "nginx + nchan"
    case python = "Python websockets"

    /// Starts the server on a port of the loopback.
    func start(port: Int, in folder: URL) throws -> RunningProgram {
        switch self {
        case .causerie:
            return try RunningProgram(
                Program.built("causerie-server"),
                [
                    "--port", "\(port)", "--chat-port", "0", "--max-connections", "15000",
                    "--max-connections-per-address", "15000", "--token-file",
                    folder.appendingPathComponent("token").path,
                    "--log-level", "error",
                ])
        case .nchan:
            let file = folder.appendingPathComponent("nginx.conf")
            try configuration(port: port, folder: folder.path).write(to: file, atomically: true, encoding: .utf8)
            return try RunningProgram(URL(fileURLWithPath: "/usr/sbin/nginx"), ["-c", file.path, "-p", folder.path])
        case .python:
            return try RunningProgram(Program.system("python3"), [Self.peer.path, "websocket", "\(port)"])
        }
    }

    static let peer = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("peer.py")

    private func configuration(port: Int, folder: String) -> String {
        """
        load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
        daemon off;
        user \(NSUserName());
        worker_processes auto;
        worker_rlimit_nofile 20000;
        pid \(folder)/nginx.pid;
        error_log \(folder)/error.log;
        events { worker_connections 15000; }
        http {
          access_log off;
          client_body_temp_path \(folder);
          proxy_temp_path \(folder);
          fastcgi_temp_path \(folder);
          uwsgi_temp_path \(folder);
          scgi_temp_path \(folder);
          server {
            listen 127.0.0.1:\(port) backlog=1024;
            location ~ ^/room/(\\w+)$ {
              nchan_pubsub websocket;
              nchan_channel_id $1;
              nchan_message_timeout 60s;
              nchan_message_buffer_length 5000;
            }
          }
        }
        """
    }

    /// The path of a client who only waits.
    var idlePath: String { self == .causerie ? "/chat" : "/room/idle" }

    /// The path of a client of the one room for all.
    var roomPath: String { self == .causerie ? "/chat" : "/room/all" }

    /// The path of a client alone in its room.
    func ownPath(_ place: Int) -> String { self == .causerie ? "/signal?room=\(place)" : "/room/own\(place)" }

    /// What a client of the one room says first, if it has to.
    func greeting(_ place: Int) -> String? { self == .causerie ? "client\(place)" : nil }

    /// What a client alone in its room says first, if it has to.
    func ownGreeting(_ place: Int) -> String? {
        self == .causerie ? "{\"type\":\"username\",\"name\":\"client\(place)\",\"id\":1,\"date\":1}" : nil
    }

    /// A text in the room of one's own that comes back.
    func ownText(_ text: String) -> String {
        self == .causerie ? "{\"type\":\"message\",\"text\":\"\(text)\",\"id\":1,\"date\":1}" : text
    }
}
