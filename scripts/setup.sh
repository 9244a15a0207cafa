#!/bin/sh
# Install what pcapdex needs to be built and tested, on Debian 12 and its relatives. Does nothing where all is there.
# With an argument "check": also what the checks use.
set -eu

build="gcc cmake ninja-build pkg-config libpcap-dev libsqlite3-dev zlib1g-dev libssl-dev libzstd-dev liblz4-dev libisal-dev
libpcre2-dev libbrotli-dev libpq-dev libcairo2-dev libpango1.0-dev"
check="git libcmocka-dev clang libclang-rt-dev clang-format sqlite3 python3 zstd lz4
postgresql-15 lintian debootstrap man-db zsh fish python3-pandas python3-matplotlib r-cran-rsqlite fonts-dejavu-core chromium chromium-driver"

wanted=$build
[ "${1:-}" = check ] && wanted="$build $check"

missing=
for package in $wanted; do
	case $package in
	libclang-rt-dev) package=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/libclang-rt-\1-dev/p' | head -n 1) ;;
	esac
	[ -n "$package" ] || continue
	dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

sudo=
[ "$(id -u)" -eq 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q
# shellcheck disable=SC2086
$sudo apt-get install -y -q --no-install-recommends $missing
