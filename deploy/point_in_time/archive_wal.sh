#!/bin/sh
# PostgreSQL's archive_command: copies one segment of the log to the archive, a directory
# that another machine holds. Where it fails, PostgreSQL keeps the segment and tries again.
#
#   archive_command = '/opt/cloudintel/deploy/point_in_time/archive_wal.sh "%p" %f /archive'
set -eu
segment=$1 name=$2 archive=$3

if [ -e "$archive/$name" ]; then
    # A crash may have come between the copy and its confirmation.
    cmp -s "$segment" "$archive/$name" && exit 0
    echo "archive_wal: $archive/$name is another file: which server archives there?" >&2
    exit 1
fi
partial="$archive/.$name.$$"
trap 'rm -f "$partial"' EXIT
cp "$segment" "$partial"
sync "$partial"
mv "$partial" "$archive/$name"
sync "$archive"
