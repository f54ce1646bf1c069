# One image for every process: api (default), worker, simulator, migrations. See deploy/compose.yaml.
#   docker build -t dispatch .

FROM node:22-bookworm-slim AS browser
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-progress

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
RUN python -m venv /opt/venv
WORKDIR /app
# The lock alone first: this layer is built again only when a dependency changes.
COPY requirements.lock ./
RUN /opt/venv/bin/pip install --no-deps --require-hashes -r requirements.lock
COPY . .
# Editable, so that the package finds the migrations beside it, as in a checkout.
RUN /opt/venv/bin/pip install --no-deps --no-build-isolation --editable . \
 && /opt/venv/bin/python -m compileall -q dispatch migrations

FROM python:3.11-slim-bookworm
RUN groupadd --system --gid 10001 dispatch \
 && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin dispatch
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
COPY --from=browser /app/node_modules /app/node_modules
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DISPATCH_HTTP__HOST=0.0.0.0 \
    DISPATCH_HTTP__PORT=8000
USER 10001:10001
EXPOSE 8000
# Alive, not ready: a database that is down must not get the process killed. compose.yaml asks for readiness.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"DISPATCH_HTTP__PORT\"]}/healthz', timeout=2)"]
ENTRYPOINT ["dispatch"]
CMD ["serve"]
