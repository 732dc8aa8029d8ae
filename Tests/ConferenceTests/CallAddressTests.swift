import Testing

@testable import Conference

@Suite("Call address") struct CallAddressTests {
    @Test(
        "what a person types is read",
        arguments: [
            ("192.168.1.7", "192.168.1.7:29172"), ("192.168.1.7:5000", "192.168.1.7:5000"),
            (" anns-laptop ", "anns-laptop:29172"), ("Anns-Laptop.local:1", "anns-laptop.local:1"),
            ("host.", "host:29172"), ("[::1]", "[::1]:29172"), ("[2001:DB8::1]:65535", "[2001:db8::1]:65535"),
            ("2001:db8::1", "[2001:db8::1]:29172"), ("my_nas:80", "my_nas:80"), ("3com.example", "3com.example:29172"),
            ("ann@host", "ann@host:29173"), (" Ann Lee @[::1]:80", "Ann Lee@[::1]:80"), ("a@b@host:1", "a@b@host:1"),
        ])
    func read(text: String, meaning: String) throws {
        #expect(try #require(CallAddress(text)).description == meaning)
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", " ", ":", ":80", "host:", "host:0", "host:65536", "host:-1", "host:+1", "host:8o", "host:000080",
            "[::1", "::1]", "[::1]x", "[::1]:", "[::1]80", "[host]:80", "[1.2.3.4]:80", "1.2.3", "1.2.3.4.5",
            "256.1.1.1", "a b", "a\nb", "a\u{0}b", "-host", "host-", "a..b", ".a", "h\u{F6}st", "host/path",
            "@host", "ann@", "a\nb@host", " @host", "https://host", "0.0.0.0", "[::]", "224.0.0.1", "ff02::1",
            "fe80::1%eth0",
            String(repeating: "a", count: 64), String(repeating: "a.", count: 127) + "aa",
            String(repeating: "x", count: 100_000),
        ])
    func refused(text: String) {
        #expect(CallAddress(text) == nil)
    }

    @Test("this machine is recognised")
    func loopback() throws {
        for text in ["127.0.0.1", "[::1]:5", "localhost", "LOCALHOST:7", "a.localhost"] {
            #expect(try #require(CallAddress(text)).isLoopback, "\(text)")
        }
        #expect(try !#require(CallAddress("192.168.0.1")).isLoopback)
    }
}
