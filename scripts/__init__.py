"""What runs before anything is installed: the standard library only, and nothing of the product."""
