//! A CodePipeline that runs on this machine.
