//! What a policy says, evaluated without the network.
