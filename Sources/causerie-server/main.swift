// Causerie's rendezvous server: see causerie-server(1).
import Rendezvous

await RendezvousProgram.run()
