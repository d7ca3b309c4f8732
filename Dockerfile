# One image for web server, workers and scheduler; compose.yaml sets the command. It
# holds no state: SECRET_KEY, database, queue and cache come from the environment.

FROM python:3.11-slim@sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7 AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --require-hashes --no-deps -r requirements.txt

FROM python:3.11-slim@sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ENV_FILE="" \
    STATE_DIR=/state
# pg_dump and pg_restore, of the version of compose.yaml's server, for backups.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/*
# Some libraries look up the name of the user.
RUN useradd --uid 10001 --home-dir /app cloudintel \
    && install -d -o cloudintel -g cloudintel /app \
    && install -d -m 700 -o cloudintel -g cloudintel /state /state/archives /state/backups
COPY --from=build /venv /venv
WORKDIR /app
COPY . .
USER cloudintel
# The secret is for this command only; it signs nothing and is not in the image.
RUN SECRET_KEY=$(python -c "import secrets; print(secrets.token_urlsafe(50))") \
    python manage.py collectstatic --noinput --verbosity 0
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://localhost:8000/health', timeout=4)"]
CMD ["gunicorn", "cloudintel.wsgi", "--bind", "0.0.0.0:8000"]
