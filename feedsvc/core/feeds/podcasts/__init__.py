"""What RSS says to podcast apps, in the words of Apple and of the Podcast Index."""
