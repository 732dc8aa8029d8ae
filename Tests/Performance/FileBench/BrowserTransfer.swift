import BrowserSupport
import Foundation

/// The peer of our data channel: the same bytes from one Chromium process to another, as web pages send files.
enum BrowserTransfer {
    /// Bytes of a message, the largest that pages send to any browser.
    private static let message = 64 << 10

    /// Seconds from the first message until the receiver has told of the last; nil where there is no Chromium.
    static func send(_ size: Int) async throws -> Double? {
        guard Browser.executable != nil else { return nil }
        let sender = try await Browser.start()
        let receiver = try await Browser.start()
        sender.onMessage { [receiver] text in receiver.tell(text) }
        receiver.onMessage { [sender] text in sender.tell(text) }
        // With a microphone allowed, a page knows the addresses of this machine.
        let prepare =
            "await navigator.mediaDevices.getUserMedia({audio: true}); await startPeer({audio: false, video: false"
        try await receiver.run(prepare + ", data: false}); " + count(size))
        try await sender.run(prepare + "}); await call()")
        let seconds = try await sender.value(Double.self, script(size))
        await sender.stop()
        await receiver.stop()
        return seconds
    }

    private static func count(_ size: Int) -> String {
        """
        peer.ondatachannel = (event) => {
          const channel = event.channel;
          let received = 0;
          channel.binaryType = "arraybuffer";
          channel.onmessage = (event) => {
            received += event.data.byteLength;
            if (received >= \(size)) channel.send("done");
          };
        };
        """
    }

    private static func script(_ size: Int) -> String {
        """
        if (channel.readyState !== "open") await new Promise((done) => { channel.onopen = done; });
        const message = crypto.getRandomValues(new Uint8Array(\(message)));
        const done = new Promise((done) => { channel.onmessage = done; });
        channel.bufferedAmountLowThreshold = 1 << 20;
        const began = performance.now();
        for (let left = \(size / message); left > 0; ) {
          while (left > 0 && channel.bufferedAmount < 8 << 20) { channel.send(message); left--; }
          if (left > 0) await new Promise((done) => { channel.onbufferedamountlow = done; });
        }
        await done;
        return (performance.now() - began) / 1000;
        """
    }
}
