"""What a proxy breaks on the way to readers: answers in, findings with their cures out."""
