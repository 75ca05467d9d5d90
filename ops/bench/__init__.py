"""What `python3 -m ops bench` measures, each thing beside a bare Redis and beside what an afternoon gives."""
