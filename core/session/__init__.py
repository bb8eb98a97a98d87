"""What a person does, as events, and what follows from them."""
