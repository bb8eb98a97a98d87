"""What a network that was trained on photographs sees in images, as features."""
