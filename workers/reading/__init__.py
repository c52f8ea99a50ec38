"""Reading plates off photos: a process kind of its own, with a child that looks at the pictures."""
