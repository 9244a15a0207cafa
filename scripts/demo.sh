#!/bin/sh
# Index captures into an archive and ask it the first questions. Installs what is missing, builds, runs.
#
#   scripts/demo.sh [CAPTURE...]     default: the fixtures
#
# The archive stays behind as build/demo.db (or $ARCHIVE).
set -eu
cd "$(dirname "$0")/.."
here=$(pwd)
scripts/setup.sh >&2
cmake --preset release >/dev/null
cmake --build --preset release >/dev/null

archive=${ARCHIVE:-$here/build/demo.db}
rm -f "$archive" "$archive-wal" "$archive-shm"
[ $# -gt 0 ] || set -- fixtures

show() {
	printf '\n\033[1m$ pcapdex %s\033[0m\n' "$*"
	build/pcapdex "$@"
}

show index "$archive" "$@" || echo "(some input was damaged; what was read before the damage is in the archive)"
show captures "$archive"
show hierarchy "$archive"
show conversations "$archive" --type tcp
show lengths "$archive"
show io "$archive" --interval 1s
show io "$archive" -c 1 --plot -
show report "$archive" -o build/report.html && echo "build/report.html"
