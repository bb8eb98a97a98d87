"""Many people at once: a scripted client that speaks Streamlit's messages, and no browser."""
