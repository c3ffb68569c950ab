# restate-lite in a container: a build stage with a C++ toolchain, a small image that runs as the user "node", and
# (target "example") the same with the example endpoint. `npm run check:docker` runs these steps without Docker.

FROM node:24-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
RUN npm rebuild better-sqlite3 esbuild
COPY tsconfig.json ./
COPY scripts ./scripts
COPY migrations ./migrations
COPY sdk ./sdk
COPY server ./server
COPY testing ./testing
COPY dashboard ./dashboard
RUN npm run build
COPY examples ./examples
RUN mkdir -p -m 700 volume

FROM build AS production
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund
RUN rm -rf node_modules/better-sqlite3/deps node_modules/better-sqlite3/src node_modules/better-sqlite3/build/Release/obj.target node_modules/better-sqlite3/build/Release/obj

FROM node:24-bookworm-slim AS example
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app/node_modules/@restatedev ./node_modules/@restatedev
COPY --from=build /app/examples ./examples
USER node
EXPOSE 9080
CMD ["node", "examples/greeter.mjs"]

FROM node:24-bookworm-slim AS server
WORKDIR /app
ENV NODE_ENV=production
COPY --from=production /app/package.json ./package.json
COPY --from=production /app/node_modules ./node_modules
COPY --from=production /app/migrations ./migrations
COPY --from=production /app/dist ./dist
# An empty folder that belongs to the user of the server: a fresh named volume takes its owner from it.
COPY --from=production --chown=node:node /app/volume /data
USER node
VOLUME /data
EXPOSE 8080 9070
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s CMD ["node", "-e", "fetch('http://127.0.0.1:9070/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Calls and administration from outside the container are refused until a flag says to whom they are open: see
# docs/access.md, and docker-compose.yml for a machine of one's own.
ENTRYPOINT ["node", "dist/cli.js"]
CMD ["start", "--host", "0.0.0.0", "--data-dir", "/data", "--log-format", "json"]
