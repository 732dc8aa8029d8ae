// `causeriectl`: a running instance of Causerie from a shell, over D-Bus.
ControlProgram.run()
