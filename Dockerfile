# One image for web and worker. `docker run -p 8000:8000 -v muster:/data muster` serves on the embedded database.
# Single sign-on by SAML, and reports of errors to Sentry: `docker build --build-arg EXTRAS=saml,sentry .`
# It runs with a root that is read only: `docker run --read-only --tmpfs /tmp …` (uploads and downloads that are long wait in /tmp).
FROM python:3.13-slim AS build
ARG EXTRAS=
WORKDIR /src
RUN python -m venv /opt/muster
ENV PATH=/opt/muster/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/run.txt requirements/build.txt requirements/extras.txt requirements/
RUN pip install --require-hashes -r requirements/run.txt -r requirements/build.txt \
    && if [ -n "$EXTRAS" ]; then pip install --require-hashes -r requirements/extras.txt; fi
COPY pyproject.toml LICENSE README.md ./
COPY muster muster
COPY conformance conformance
RUN pip install --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 muster && install -d -o muster -m 700 /data
COPY --from=build /opt/muster /opt/muster
ENV PATH=/opt/muster/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MUSTER_DATA=/data
USER muster
VOLUME /data
EXPOSE 8000
# A worker finishes the import in hand: `docker stop --time 120`, or stop_grace_period.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["muster", "serve", "--host", "0.0.0.0", "--port", "8000"]
