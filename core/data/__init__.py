"""The images to label: sets, readers, pictures."""
