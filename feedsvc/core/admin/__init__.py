"""Who is an operator: the tokens of `[admin]`, and the cookies of browsers."""
