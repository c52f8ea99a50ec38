"""Where something is sealed or indexed blindly, and how it is made anew under another key."""
