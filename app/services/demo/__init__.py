"""The sample branch: a made-up distributor whose days come in by the same door as real ones."""
