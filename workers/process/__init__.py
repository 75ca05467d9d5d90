"""Programs that tools run: each in a process group of its own, steered like the stage that waits for it."""
