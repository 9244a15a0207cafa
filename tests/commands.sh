# Sourced by bash: checks of commands, counted in $checks and $failed, in a folder of their own that is $work and the current
# one. Uses $pcapdex.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
checks=0

# check WHAT COMMAND...: the command must succeed.
check() {
	local what=$1
	shift
	checks=$((checks + 1))
	if ! "$@" >check.out 2>check.err; then
		failed=$((failed + 1))
		echo "FAILED: $what: $*"
		sed 's/^/    /' check.out check.err | head -n 20
	fi
}
# status N COMMAND...: the command must exit with N; its output is in out and err.
status() {
	local want=$1 got=0
	shift
	"$@" >out 2>err </dev/null || got=$?
	[ "$got" -eq "$want" ] || { echo "status $got, not $want: $*" >&2; cat err >&2; return 1; }
}
# says FILE PATTERN
says() { grep -q -- "$2" "$1" || { echo "$1 does not say: $2" >&2; cat "$1" >&2; return 1; }; }
is() { [ "$1" = "$2" ] || { echo "'$1' is not '$2'" >&2; return 1; }; }
# sql ARCHIVE QUERY: the rows as bare CSV
sql() { "$pcapdex" sql "$1" "$2" -f csv | tail -n +2 | tr -d '\r"'; }
