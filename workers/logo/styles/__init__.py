"""One style of logo in each file: `draw(chance, palette, sign)` gives what stands in the SVG."""
