"""The pure rules of duty."""
