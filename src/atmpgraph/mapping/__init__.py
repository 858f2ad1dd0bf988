"""RML compiled once into functions that turn rows into N-Quads text, a graph per source."""
