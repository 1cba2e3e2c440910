"""Old addresses: which feed an address of another generator means."""
