"""What is published may be built on."""
