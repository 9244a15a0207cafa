#!/bin/sh
# The Debian packages: made, looked at by lintian, installed in a bare Debian 12 (debootstrap), used there, removed again.
#
#   tests/package.sh BUILD_FOLDER
#
# Needs root, lintian, debootstrap and a Debian mirror ($MIRROR); exit status 77 where one of them is missing. The tests run
# it with --no-root: the packages are made and looked at, and unpacked into a scratch folder, where their files are used.
set -eu
root=yes
if [ "$1" = --no-root ]; then root=no && shift; fi
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
triplet=$(gcc -print-multiarch)
say() { printf '%s\n' "$*"; }
missing() { say "$1 is not installed: not run"; exit 77; }
command -v dpkg-deb >/dev/null || missing dpkg-deb
command -v lintian >/dev/null || missing lintian

(cd "$build" && cpack -B "$scratch/packages" >"$scratch/cpack.log" 2>&1) || { cat "$scratch/cpack.log"; exit 1; }
cd "$scratch/packages"
set -- pcapdex_*.deb libpcapdex0_*.deb libpcapdex-dev_*.deb
for package; do
	lintian --fail-on error,warning "$package" || { say "lintian is not content with $package"; exit 1; }
done

# What every command needs is there; man finds nothing to complain about.
mkdir "$scratch/root"
for package; do dpkg-deb -x "$package" "$scratch/root"; done
usr=$scratch/root/usr
for command in $("$usr/bin/pcapdex" help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
	page=$usr/share/man/man1/pcapdex-$command.1.gz
	[ -s "$page" ] || { say "no manual page of $command"; exit 1; }
	if command -v man >/dev/null; then
		wrong=$(LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
		[ -z "$wrong" ] || { say "$wrong"; exit 1; }
	fi
done
bash -c ". '$usr/share/bash-completion/completions/pcapdex'; COMP_WORDS=(pcapdex hier); COMP_CWORD=1; _pcapdex; [ \"\${COMPREPLY[*]}\" = hierarchy ]"
if command -v zsh >/dev/null; then
	zsh -n "$usr/share/zsh/vendor-completions/_pcapdex"
	zsh -fc "autoload -Uz compinit && compinit -D -d '$scratch/zcompdump'; fpath=('$usr/share/zsh/vendor-completions' \$fpath)
		autoload -Uz _pcapdex && compdef _pcapdex pcapdex && [ \"\$_comps[pcapdex]\" = _pcapdex ]"
else
	say "zsh is not installed: its completion was not run"
fi
if command -v fish >/dev/null; then
	[ "$(HOME=$scratch fish --no-config -c "source '$usr/share/fish/vendor_completions.d/pcapdex.fish'; complete -C 'pcapdex hier'" | cut -f 1)" = hierarchy ]
else
	say "fish is not installed: its completion was not run"
fi

# A program that finds the library by pkg-config, and one by CMake.
PKG_CONFIG_SYSROOT_DIR=$scratch/root PKG_CONFIG_PATH=$usr/lib/$triplet/pkgconfig
export PKG_CONFIG_SYSROOT_DIR PKG_CONFIG_PATH
# shellcheck disable=SC2046
cc "$usr/share/doc/libpcapdex-dev/examples/embed.c" $(pkg-config --cflags --libs pcapdex) -o "$scratch/embed"
mkdir "$scratch/cmake"
cat >"$scratch/cmake/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(user C)
find_package(pcapdex 0.1 REQUIRED)
add_executable(user embed.c)
target_link_libraries(user pcapdex::pcapdex)
CMAKE
cp "$usr/share/doc/libpcapdex-dev/examples/embed.c" "$scratch/cmake/"
cmake -S "$scratch/cmake" -B "$scratch/cmake/build" -DCMAKE_PREFIX_PATH="$usr" >/dev/null
cmake --build "$scratch/cmake/build" >/dev/null
export LD_LIBRARY_PATH="$usr/lib/$triplet"
for program in "$scratch/embed" "$scratch/cmake/build/user"; do
	rm -f "$scratch/a.db"
	[ "$("$program" "$scratch/a.db" "$here/fixtures/web.pcap" dns 2>/dev/null | wc -l)" -eq 4 ]
done
unset LD_LIBRARY_PATH
say "packages made, lintian is content, their files work"
[ "$root" = yes ] || exit 0

command -v debootstrap >/dev/null || missing debootstrap
[ "$(id -u)" -eq 0 ] || { say "not root: the bare Debian was not tried"; exit 77; }
bare=$scratch/bare
debootstrap --variant=minbase bookworm "$bare" "${MIRROR:-http://deb.debian.org/debian}" >"$scratch/debootstrap.log" 2>&1 || {
	tail -n 5 "$scratch/debootstrap.log"
	say "no bare Debian could be made: not run"
	exit 77
}
mkdir "$bare/lab"
cp -r ./*.deb "$here/fixtures" "$bare/lab/"
chroot "$bare" sh -euc '
	export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
	cd /lab
	dpkg --get-selections | sort >/before.txt
	apt-get install -y -q --no-install-recommends ./pcapdex_*.deb ./libpcapdex0_*.deb sqlite3 >/apt.log 2>&1 || { tail /apt.log; exit 1; }
	pcapdex --version
	pcapdex index lab.db fixtures/web.pcap fixtures/trouble.pcap fixtures/layers.pcap --tag course=2026
	pcapdex captures lab.db
	pcapdex hierarchy lab.db -c web.pcap
	pcapdex conversations lab.db --type tcp
	pcapdex packets lab.db -c web.pcap -Y dns
	sqlite3 lab.db ".load $(dpkg -L pcapdex | grep /pcapdex.so)" "SELECT count(*) FROM display_filter('"'dns'"')" | grep -qx 2
	dpkg --purge pcapdex libpcapdex0
	! command -v pcapdex
	for left in $(find / -xdev -name "*pcapdex*" -not -path "/proc/*" -not -path "/lab/*" -not -path "/var/cache/*" -not -path "/var/lib/apt/*"); do
		echo "left behind: $left"
		exit 1
	done'
say "installed, used and removed on a bare Debian 12"
