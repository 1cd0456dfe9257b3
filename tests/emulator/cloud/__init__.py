"""AWS on this machine: an emulator that we did not write, the CodePipeline simulator beside it, Towpath's own stack in it."""
