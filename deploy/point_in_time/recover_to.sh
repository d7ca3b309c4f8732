#!/bin/sh
# Fills an empty data directory with the database as it was at a moment, in UTC:
#
#   recover_to.sh /archive/base-2026-06-20 /archive /var/lib/postgresql/data 2026-06-20T09:15:00Z
#
# Run it as the server's user, then start the server: it replays the log until then, and
# takes writes. Nothing that it was recovered from is changed, so another moment can be tried.
set -eu
base=$1 archive=$2 data=$3 moment=$4

case $moment in
*Z) ;;
*)
    echo "recover_to: give the moment in UTC, as 2026-06-20T09:15:00Z, not $moment." >&2
    exit 2
    ;;
esac
if [ ! -f "$base/base.tar.gz" ]; then
    echo "recover_to: $base is no base backup: it has no base.tar.gz." >&2
    exit 2
fi
if [ -d "$data" ] && [ -n "$(ls -A "$data")" ]; then
    echo "recover_to: $data is not empty. Stop the server, and move it away." >&2
    exit 1
fi
mkdir -p "$data"
chmod 700 "$data"
tar -xzf "$base/base.tar.gz" -C "$data"
tar -xzf "$base/pg_wal.tar.gz" -C "$data/pg_wal"
# Without archive_mode = off its new log would be mixed with the one it is recovered from.
cat >>"$data/postgresql.auto.conf" <<EOF
restore_command = 'cp "$archive/%f" "%p"'
recovery_target_time = '${moment%Z}+00'
recovery_target_action = 'promote'
archive_mode = 'off'
EOF
touch "$data/recovery.signal"
echo "recover_to: start the server on $data; it recovers until $moment."
echo "recover_to: when all is well, remove these four lines from postgresql.auto.conf,"
echo "recover_to: restart it with a new, empty archive, and make a base backup."
