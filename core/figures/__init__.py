"""Figures: each is a function that computes its data and one that draws them with Plotly."""
