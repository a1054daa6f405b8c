"""The reader: what the gate and the lesson tagger need to know of a turn, by small trained networks on the encoder's token states."""
