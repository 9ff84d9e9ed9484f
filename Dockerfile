# The images of Entrain's services, a target each: agent, decision-loop, coordinator, console, cli.
#
#   docker build --target agent -t entrain/agent .
#
# There is no build step but the console's page: Node runs the TypeScript as it is. A service's image holds its own
# production dependencies alone (scripts/production-tree.ts), runs as user 1000 and writes nowhere, so that the root file
# system can be read-only. Node is PID 1: the services install their signal handlers before anything else.

ARG NODE_IMAGE=node:24-trixie-slim

# What decides which packages are installed; the layers below are made anew only where one of these files changes.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json -delete && find . -type d -empty -delete

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY --from=manifests /app .
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error

FROM ${NODE_IMAGE} AS page
WORKDIR /app
COPY --from=manifests /app .
RUN npm ci --workspace services/console --include=dev --ignore-scripts --no-audit --no-fund --loglevel=error
COPY . .
RUN cd services/console/page && node /app/node_modules/vite/bin/vite.js build

FROM dependencies AS source
COPY . .

FROM source AS agent-tree
RUN node scripts/production-tree.ts services/agent /tree

FROM source AS decision-loop-tree
RUN node scripts/production-tree.ts services/decision-loop /tree

FROM source AS coordinator-tree
RUN node scripts/production-tree.ts services/coordinator /tree

FROM source AS console-tree
COPY --from=page /app/services/console/page/dist services/console/page/dist
RUN node scripts/production-tree.ts services/console /tree \
 && find /tree/services/console/page -mindepth 1 -maxdepth 1 ! -name dist -exec rm -r {} +

FROM source AS cli-tree
RUN node scripts/production-tree.ts services/cli /tree

FROM ${NODE_IMAGE} AS runtime
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.vendor="Entrain" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="node:24-trixie-slim"
ENV NODE_ENV=production
WORKDIR /app
# A number, so that Kubernetes can tell that it is not root.
USER 1000:1000
STOPSIGNAL SIGTERM

FROM runtime AS service
ENV ENTRAIN_OPS_PORT=9464
EXPOSE 9464
COPY scripts/health-check.ts scripts/health-check.ts
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["node", "/app/scripts/health-check.ts"]

FROM service AS agent
LABEL org.opencontainers.image.title="Entrain agent" \
      org.opencontainers.image.description="A process that hosts one agent or many."
EXPOSE 50051
COPY --from=agent-tree /tree .
ENTRYPOINT ["node", "/app/services/agent/src/main.ts"]

FROM service AS decision-loop
LABEL org.opencontainers.image.title="Entrain decision loop" \
      org.opencontainers.image.description="Decides for agents, with a cached global context."
EXPOSE 50051
COPY --from=decision-loop-tree /tree .
ENTRYPOINT ["node", "/app/services/decision-loop/src/main.ts"]

FROM service AS coordinator
LABEL org.opencontainers.image.title="Entrain coordinator" \
      org.opencontainers.image.description="The shared context over gRPC."
EXPOSE 50051
COPY --from=coordinator-tree /tree .
ENTRYPOINT ["node", "/app/services/coordinator/src/main.ts"]

FROM service AS console
LABEL org.opencontainers.image.title="Entrain console" \
      org.opencontainers.image.description="HTTP/JSON API, event stream and the live page."
EXPOSE 8080
COPY --from=console-tree /tree .
ENTRYPOINT ["node", "/app/services/console/src/main.ts"]

FROM runtime AS cli
LABEL org.opencontainers.image.title="Entrain command" \
      org.opencontainers.image.description="Certificates for development, and a look at a running swarm."
# Mounted volumes take over the owner of these folders.
USER root
RUN install -d -o 1000 -g 1000 /secrets /secrets/authority /secrets/agent /secrets/decision-loop \
      /secrets/coordinator /secrets/console /secrets/operator /secrets/redis /secrets/sentinel /secrets/redis-servers
USER 1000:1000
COPY --from=cli-tree /tree .
ENTRYPOINT ["node", "/app/services/cli/src/main.ts"]
