"""Breaks a running stack at random, and proves afterwards that nothing was lost, doubled or left behind."""
