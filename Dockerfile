# Two images: `serve`, with the command spendspan and what it needs, and `demo`, an app that calls a
# Gemini simulator. docker-compose.yml builds both.

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /spendspan
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM build AS demo
ENV SPENDSPAN_DATA_DIR=/data
# A volume that is mounted there takes over whose it is.
RUN install --directory --owner=node --group=node /data
USER node
CMD ["node", "examples/container/main.ts"]

FROM node:24.21.0-bookworm-slim AS serve
ENV NODE_ENV=production
WORKDIR /spendspan
COPY package.json package-lock.json .npmrc ./
# What users get: our dependencies and peers, in the versions of the lockfile. `npm ci --omit=dev` would
# leave out the peers, since they are dependencies of development too.
RUN npm pkg delete devDependencies \
  && npm install --omit=optional --no-audit --no-fund \
  && npm cache clean --force
COPY bin bin
COPY migrations migrations
COPY --from=build /spendspan/dist dist
USER node
ENTRYPOINT ["node", "bin/spendspan.js"]
CMD ["serve", "--host", "0.0.0.0"]
