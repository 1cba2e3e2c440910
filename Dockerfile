# The image of feedsvc. docs/deploy/README.md says how to run it.

FROM python:3.13-slim-bookworm AS build
WORKDIR /src
ENV PIP_CONSTRAINT=constraints.txt \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY config/feedsvc.toml config/
COPY feedsvc feedsvc
RUN python -m venv --without-pip /opt/feedsvc \
    && python -m pip --python /opt/feedsvc/bin/python install '.[adopt,postgres,s3]'

FROM python:3.13-slim-bookworm
# git and ssh fetch the repository of source.git. Their versions are those of the base image's release.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git openssh-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /srv/feedsvc/var feedsvc \
    && install --directory /srv/feedsvc/seeds \
    && install --directory --owner feedsvc --group feedsvc /srv/feedsvc/var
COPY --from=build /opt/feedsvc /opt/feedsvc
ENV PATH=/opt/feedsvc/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    FEEDSVC_SERVER__HOST=0.0.0.0 \
    PORT=8000

# The defaults of feedsvc are below this folder: config/feedsvc.toml, seeds/ and var/.
WORKDIR /srv/feedsvc
VOLUME ["/srv/feedsvc/seeds", "/srv/feedsvc/var"]
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import http.client as h, os, sys; c = h.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); c.request('GET', '/readyz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["feedsvc"]
CMD ["serve"]
