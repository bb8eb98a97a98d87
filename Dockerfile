# Python 3.13 has had its teething troubles, and every package in requirements.txt comes
# as a wheel for it on x86-64 and arm64, so nothing is compiled here and one stage does.
FROM python:3.13-slim-trixie

# No bytecode is written later, when the file system may be read-only. The rest says where
# to listen and to keep data, and that there is no desktop to open a browser on. It does not start
# before it is said who may use it: LABELSPREAD_PASSWORDS, [auth] in /data/.streamlit/secrets.toml, or
# LABELSPREAD_NO_LOGIN=1 where all who reach the port may do everything.
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LABELSPREAD_HOME=/data \
    LABELSPREAD_HOST=0.0.0.0 \
    LABELSPREAD_PORT=8501 \
    STREAMLIT_SERVER_HEADLESS=true

# Code belongs to root and data to the one who runs it, so it cannot change itself. The
# number is fixed, so that a volume keeps its owner from one image to the next.
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin labelspread \
    && install --directory --owner labelspread --group labelspread /data

# `python -m core backup` and `restore` use them where the database is PostgreSQL; they are those of
# the release, and go with it.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
# A change to the code alone leaves this layer, by far the largest, as it is.
COPY requirements.txt .
RUN pip install --no-cache-dir --root-user-action ignore --no-deps --require-hashes --requirement requirements.txt
COPY .streamlit .streamlit
COPY app.py .
COPY core core
COPY pages pages

USER 10001
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --start-interval=1s \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"LABELSPREAD_PORT\"]}/healthz', timeout=4)"]
CMD ["python", "-m", "pages._ui.server"]
