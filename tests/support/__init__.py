"""What tests stand on: real servers of their own, a clock and ids that obey, a browser, the product."""
