# Sourced: answers beside what is expected, counted in $failed; $scratch is a folder that goes at the end.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# check WHAT EXPECTED GOT
check() {
	if [ "$2" != "$3" ]; then
		printf '%s\n--- expected\n%s\n--- got\n%s\n' "$1" "$2" "$3"
		failed=$((failed + 1))
	fi
}
