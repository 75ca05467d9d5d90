"""What an app, a message, a call and a file are: their rules, their legal life and their tables."""
