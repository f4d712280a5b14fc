# The midblock sidecar as a service: one model, over gRPC with TLS and a token.
#
#     docker build -t midblock .
#     docker run -p 7070:7070 -v midblock-models:/var/lib/midblock \
#       -v "$PWD/secrets":/run/secrets:ro midblock --model smollm2-135m-instruct
#
# /run/secrets holds token, tls.crt and tls.key; without them the sidecar refuses to listen on a public address.
# For a GPU, build on an image that has CUDA: --build-arg BASE_IMAGE=nvidia/cuda:12.8.1-runtime-ubuntu24.04

ARG BASE_IMAGE=debian:bookworm-slim

FROM ${BASE_IMAGE} AS environment
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv && rm -rf /var/lib/apt/lists/*
COPY server-bridge/pyproject.toml server-bridge/constraints.txt server-bridge/README.md /build/
COPY server-bridge/midblock_server /build/midblock_server
# torch first and by itself, so that nothing after it can bring another build of it.
RUN python3 -m venv /opt/midblock \
 && /opt/midblock/bin/pip install --no-cache-dir --constraint /build/constraints.txt torch \
 && /opt/midblock/bin/pip install --no-cache-dir --constraint /build/constraints.txt /build

FROM ${BASE_IMAGE}
RUN apt-get update && apt-get install -y --no-install-recommends python3 ca-certificates && rm -rf /var/lib/apt/lists/* \
 && useradd --system --create-home --home-dir /var/lib/midblock --uid 10001 midblock
COPY --from=environment /opt/midblock /opt/midblock
ENV PATH=/opt/midblock/bin:$PATH \
    HF_HOME=/var/lib/midblock/hub \
    MALLOC_MMAP_THRESHOLD_=8589934592 \
    MALLOC_TRIM_THRESHOLD_=17179869184 \
    MALLOC_TOP_PAD_=268435456 \
    MALLOC_ARENA_MAX=1 \
    GLIBC_TUNABLES=glibc.malloc.hugetlb=1
USER midblock
VOLUME /var/lib/midblock
EXPOSE 7070
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=300s \
  CMD ["python", "-m", "midblock_server", "health", "--address", "localhost:7070", "--tls-certificate", "/run/secrets/tls.crt"]
ENTRYPOINT ["python", "-m", "midblock_server", "serve", \
  "--listen", "0.0.0.0:7070", \
  "--token-file", "/run/secrets/token", \
  "--tls-certificate", "/run/secrets/tls.crt", "--tls-key", "/run/secrets/tls.key", \
  "--cache-folder", "/var/lib/midblock/models", "--state-folder", "/var/lib/midblock/state"]
CMD ["--model", "smollm2-135m-instruct"]
