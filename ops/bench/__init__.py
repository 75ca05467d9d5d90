"""What `python3 -m ops bench` measures, each thing beside a bare Redis publish and subscribe in the same run."""
