"""How good labels and predictions are, and what is wrong with them."""
