/// A client as MDN's *Signaling and video calling* describes it: its vocabulary, its order of things, nothing of ours.
enum SamplePage {
    /// Scripts that follow have `client`, connected as `name`.
    static func script(port: Int, name: String) -> String {
        """
        class Client {
          constructor(wish) {
            this.name = wish; this.users = []; this.offers = 0; this.queue = Promise.resolve();
            this.socket = new WebSocket("ws://127.0.0.1:\(port)", "json");
            this.socket.onmessage = (event) => {
              this.queue = this.queue.then(() => this.take(JSON.parse(event.data))); };
          }
          send(message) { this.socket.send(JSON.stringify(message)); }
          async take(message) {
            if (message.type === "id") {
              this.id = message.id;
              this.send({name: this.name, date: Date.now(), id: this.id, type: "username"});
            } else if (message.type === "userlist") { this.users = message.users;
            } else if (message.type === "rejectusername") { this.name = message.name;
            } else if (message.type === "video-offer") {
              this.target = message.name; this.offers += 1;
              if (!this.peer) this.makePeer();
              await this.peer.setRemoteDescription(new RTCSessionDescription(message.sdp));
              if (!this.stream) await this.addMedia();
              await this.peer.setLocalDescription(await this.peer.createAnswer());
              this.send({name: this.name, target: this.target, type: "video-answer", sdp: this.peer.localDescription});
            } else if (message.type === "video-answer") {
              await this.peer.setRemoteDescription(new RTCSessionDescription(message.sdp));
            } else if (message.type === "new-ice-candidate") {
              try { await this.peer.addIceCandidate(new RTCIceCandidate(message.candidate)); } catch (error) {}
            } else if (message.type === "hang-up") { this.ended = true; this.close(); }
          }
          makePeer() {
            this.peer = new RTCPeerConnection();
            this.peer.ontrack = (event) => { const video = document.createElement("video");
              video.autoplay = true; video.srcObject = event.streams[0]; document.body.append(video); };
            this.peer.onicecandidate = (event) => { if (event.candidate) this.send(
              {type: "new-ice-candidate", target: this.target, candidate: event.candidate}); };
            this.peer.onnegotiationneeded = async () => {
              const offer = await this.peer.createOffer();
              if (this.peer.signalingState !== "stable") return;
              await this.peer.setLocalDescription(offer);
              this.send({name: this.name, target: this.target, type: "video-offer", sdp: this.peer.localDescription});
            };
          }
          async addMedia() {
            this.stream = await navigator.mediaDevices.getUserMedia({audio: true, video: true});
            for (const track of this.stream.getTracks()) this.peer.addTrack(track, this.stream);
          }
          async invite(target) { this.target = target; this.makePeer(); await this.addMedia(); }
          hangUp() { this.send({name: this.name, target: this.target, type: "hang-up"}); this.close(); }
          close() { if (this.peer) this.peer.close(); this.peer = null; }
          async until(test) { for (let n = 0; n < 600; n++) {
            if (await test()) return true; await new Promise((done) => setTimeout(done, 50)); } return false; }
          async received() {
            const found = {};
            (await this.peer.getStats()).forEach((entry) => {
              if (entry.type === "inbound-rtp") found[entry.kind] = entry.framesDecoded || entry.totalAudioEnergy || 0; });
            return found;
          }
        }
        window.client = new Client("\(name)");
        return await client.until(() => client.users.includes(client.name));
        """
    }
}
