# One image for web and worker. `docker run -p 8000:8000 -v muster:/data muster` serves on the embedded database.
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/muster
ENV PATH=/opt/muster/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/run.txt requirements/build.txt requirements/
RUN pip install --require-hashes -r requirements/run.txt -r requirements/build.txt
COPY pyproject.toml LICENSE README.md ./
COPY muster muster
COPY conformance conformance
RUN pip install --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 muster && install -d -o muster -m 700 /data
COPY --from=build /opt/muster /opt/muster
ENV PATH=/opt/muster/bin:$PATH PYTHONUNBUFFERED=1 MUSTER_DATA=/data
USER muster
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["muster", "serve", "--host", "0.0.0.0", "--port", "8000"]
