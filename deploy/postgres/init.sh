#!/bin/sh
# Runs once, when the volume is empty: roles, database and extensions from the same scripts as a developer's machine.
# To change role passwords later: docker compose exec postgres /dispatch/init.sh, after the new ones are in .env.
set -eu
PGPASSWORD=${PGPASSWORD:-$POSTGRES_PASSWORD}
export PGPASSWORD
run() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" "$@"; }
run --dbname postgres --file /dispatch/roles.sql
if [ "$(run --dbname postgres --tuples-only --no-align --command "SELECT 1 FROM pg_database WHERE datname = 'dispatch'")" != 1 ]; then
  run --dbname postgres --command 'CREATE DATABASE dispatch TEMPLATE template0'
fi
run --dbname dispatch --file /dispatch/database.sql
