#!/bin/sh
# A base backup, from which recovery begins: base_backup.sh /archive/base-2026-06-20
# The server is found by PGHOST, PGPORT, PGUSER and PGPASSWORD; the user needs REPLICATION.
set -eu
target=$1

if [ -e "$target" ]; then
    echo "base_backup: $target exists; name a new directory." >&2
    exit 1
fi
rm -rf "$target.partial"
pg_basebackup --pgdata "$target.partial" --format tar --gzip --checkpoint fast \
    --wal-method stream --manifest-checksums SHA256 --no-password
mv "$target.partial" "$target"
echo "base_backup: $target is whole."
