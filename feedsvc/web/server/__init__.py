"""uvicorn, processes, sockets, and the limits of a client."""
