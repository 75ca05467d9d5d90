"""Tools for trying the system itself, not for models: nobody has them who does not name them in TOOLREEL_TOOLS."""
