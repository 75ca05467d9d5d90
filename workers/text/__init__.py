"""Lines of text as the file tools count, show, find and replace them. Pure."""
