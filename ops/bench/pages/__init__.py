"""What the pages promise, measured in Chromium: smoothness, latency, reconnects, layout, weight. Each figure is a gate."""
