"""A stand-in for cloudflared: its arguments, its files and its manners, and an edge on this machine."""
