"""What WeChat and its browser ask of us: callbacks of an official account, and an owner who wants to be told there."""
