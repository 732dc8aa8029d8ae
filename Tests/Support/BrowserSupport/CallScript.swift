/// What the page knows of calls: a peer that speaks the signalling messages of a plain browser client.
enum CallScript {
    /// `startPeer(options)` makes the peer; `call()` offers; `heard(text)` takes a signalling message; `tell(text)` sends one.
    static let source = """
        let peer, channel, firstFrame, startedAt, options, pending = [];
        const channelMessages = [];
        async function startPeer(wanted) {
          options = Object.assign({audio: true, video: true, data: true, width: 640, height: 480, rate: 30}, wanted);
          const constraints = {
            audio: options.audio,
            video: options.video && {width: options.width, height: options.height, frameRate: options.rate}};
          const stream = (options.audio || options.video) ? await navigator.mediaDevices.getUserMedia(constraints) : null;
          startedAt = performance.now();
          peer = new RTCPeerConnection({
            iceServers: options.iceServers || [], iceTransportPolicy: options.iceTransportPolicy || "all"});
          if (stream) for (const track of stream.getTracks()) peer.addTrack(track, stream);
          if (options.data) openChannel(peer.createDataChannel("page", {ordered: true}));
          peer.ondatachannel = (event) => openChannel(event.channel);
          peer.onicecandidate = (event) => {
            if (event.candidate) send({type: "new-ice-candidate", candidate: event.candidate.toJSON()});
          };
          peer.ontrack = (event) => {
            if (event.track.kind === "audio") {
              // Chromium decodes sound only while somebody plays it.
              document.getElementById("sound").srcObject = new MediaStream([event.track]);
              return;
            }
            const view = document.getElementById("remote");
            view.srcObject = new MediaStream([event.track]);
            view.requestVideoFrameCallback(() => { firstFrame = performance.now(); });
          };
        }
        function openChannel(opened) {
          channel = opened;
          opened.onmessage = (event) => {
            channelMessages.push(event.data);
            if (String(event.data).startsWith("ping")) opened.send("pong" + String(event.data).slice(4));
          };
        }
        function send(message) { tell(JSON.stringify(Object.assign({name: "page", target: "causerie"}, message))); }
        async function limitBitrate() {
          if (!options.bitrate) return;
          for (const sender of peer.getSenders()) {
            if (!sender.track || sender.track.kind !== "video") continue;
            const parameters = sender.getParameters();
            for (const encoding of parameters.encodings) encoding.maxBitrate = options.bitrate;
            await sender.setParameters(parameters);
          }
        }
        async function call() {
          startedAt = performance.now();
          await peer.setLocalDescription(await peer.createOffer());
          send({type: "video-offer", sdp: peer.localDescription});
        }
        async function addCandidates() {
          const waiting = pending; pending = [];
          for (const candidate of waiting) await peer.addIceCandidate(candidate);
        }
        window.heard = async (text) => {
          const message = JSON.parse(text);
          if (message.type === "video-offer") {
            if (!peer) await startPeer(window.answerOptions || {});
            await peer.setRemoteDescription(message.sdp);
            await addCandidates();
            await peer.setLocalDescription(await peer.createAnswer());
            await limitBitrate();
            send({type: "video-answer", sdp: peer.localDescription});
          } else if (message.type === "video-answer") {
            await peer.setRemoteDescription(message.sdp);
            await addCandidates();
            await limitBitrate();
          } else if (message.type === "new-ice-candidate") {
            if (!peer || !peer.remoteDescription) { pending.push(message.candidate); return; }
            await peer.addIceCandidate(message.candidate);
          } else if (message.type === "hang-up" || message.type === "reject") {
            window.ended = message.type;
            if (peer) peer.close();
          }
        };
        async function statistics() {
          const result = [];
          if (peer) (await peer.getStats()).forEach((entry) => result.push(entry));
          return result;
        }
        """
}
