"""What a release is: its files, manifest, history, dates, differences, and the state of each thing."""
