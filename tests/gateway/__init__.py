"""The gateway: pure parts by themselves, and the whole door over real HTTP."""
