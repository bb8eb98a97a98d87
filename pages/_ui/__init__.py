"""Streamlit glue: what pages need for drawing, and nothing that can be tested without it."""
