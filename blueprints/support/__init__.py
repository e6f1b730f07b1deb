"""What every room of the desk needs to read a request and answer it."""
