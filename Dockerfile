# One image for every part of the platform: services, workers, pages and jobs differ by their command.
FROM python:3.11-slim AS build
WORKDIR /srv/canevas
RUN python -m venv /opt/canevas
ENV PATH=/opt/canevas/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt .
RUN pip install --require-hashes --only-binary :all: -r requirements.txt
COPY . .
RUN pip install --no-deps --editable .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/canevas --shell /usr/sbin/nologin canevas \
 && install -d -o canevas -g canevas -m 0750 /var/lib/canevas \
 && install -d -o canevas -g canevas -m 0755 /etc/canevas
COPY --from=build /opt/canevas /opt/canevas
COPY --from=build /srv/canevas /srv/canevas
WORKDIR /srv/canevas
ENV PATH=/opt/canevas/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 CANEVAS_DATA_DIR=/var/lib/canevas
USER canevas
ENTRYPOINT ["canevas"]
CMD ["--help"]
