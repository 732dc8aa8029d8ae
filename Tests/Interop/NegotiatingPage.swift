/// A page that negotiates as W3C's perfect negotiation has it, and that can be told when.
enum NegotiatingPage {
    /// W3C webrtc-pc §10.7 in the page, with a second picture from a canvas.
    static let script = """
        window.polite = true; window.explicit = false; window.glares = 0; window.making = false;
        peer.onnegotiationneeded = async () => {
          if (window.isQuiet) return;
          window.making = true;
          try { await peer.setLocalDescription(); send({type: 'video-offer', sdp: peer.localDescription}); }
          finally { window.making = false; }
        };
        window.heard = async (text) => {
          const message = JSON.parse(text);
          if (message.type === 'video-offer' || message.type === 'video-answer') {
            const isOffer = message.type === 'video-offer';
            if (isOffer && window.crossing) {
              // Ours is on its way at the same time: theirs meets it.
              window.crossing = false;
              await peer.setLocalDescription();
              send({type: 'video-offer', sdp: peer.localDescription});
            }
            const isReady = !window.making && (peer.signalingState === 'stable' || window.answering);
            const collides = isOffer && !isReady;
            if (collides) window.glares += 1;
            window.ignoring = !window.polite && collides;
            if (window.ignoring) return;
            if (collides && window.explicit) await peer.setLocalDescription({type: 'rollback'});
            window.answering = !isOffer;
            await peer.setRemoteDescription(message.sdp);
            window.answering = false;
            if (isOffer) {
              await peer.setLocalDescription();
              send({type: 'video-answer', sdp: peer.localDescription});
            }
          } else if (message.type === 'new-ice-candidate') {
            try { await peer.addIceCandidate(message.candidate); } catch (error) { if (!window.ignoring) throw error; }
          }
        };
        window.addPicture = () => {
          const canvas = document.createElement('canvas'); canvas.width = 320; canvas.height = 180;
          const context = canvas.getContext('2d'); let count = 0;
          setInterval(() => {
            context.fillStyle = `rgb(${count * 7 % 256}, ${count * 3 % 256}, 90)`;
            context.fillRect(0, 0, 320, 180); count += 1; }, 50);
          const stream = canvas.captureStream(15);
          return peer.addTrack(stream.getVideoTracks()[0], stream);
        };
        // The page's next offer meets one of ours.
        window.cross = async (wish) => {
          window.isQuiet = true; window.crossing = true; wish();
          await new Promise((done) => setTimeout(done, 50));
          window.isQuiet = false;
        };
        window.sections = () => peer.currentLocalDescription.sdp.match(/^m=/gm).length
        """
}
