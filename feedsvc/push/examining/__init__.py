"""What the doctor asks: an address, as feed readers and browsers fetch it."""
