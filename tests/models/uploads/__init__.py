"""What files really are, and what is made of them."""
