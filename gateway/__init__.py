"""The thin door: HTTP in, Server-Sent Events out. It holds no state of its own and knows no tool's code."""
