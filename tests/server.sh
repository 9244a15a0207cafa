# Sourced: PostgreSQL servers of a test's own. server_start NAME [SETTING...] starts one on loopback, in $scratch/NAME, and
# sets $url; server_stop NAME. Exit status 77 where Debian's postgresql-15 is not installed.
pg=/usr/lib/postgresql/15/bin
[ -x $pg/initdb ] || { echo "postgresql-15 is not installed: not run"; exit 77; }
as_user() {
	if [ "$(id -u)" -eq 0 ]; then
		runuser -u postgres -- env LC_ALL=C.UTF-8 "$@"
	else
		LC_ALL=C.UTF-8 "$@"
	fi
}
free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
server_start() {
	_folder=$scratch/$1
	if [ ! -d "$_folder" ]; then
		mkdir "$_folder"
		chmod 755 "$scratch"
		[ "$(id -u)" -ne 0 ] || chown postgres "$_folder"
		(cd / && as_user $pg/initdb -D "$_folder/data" -U postgres -A trust -E UTF8 --no-sync >"$scratch/$1.initdb" 2>&1) || {
			cat "$scratch/$1.initdb"
			exit 1
		}
		free_port >"$scratch/$1.port"
	fi
	_port=$(cat "$scratch/$1.port")
	(cd / && as_user $pg/pg_ctl -D "$_folder/data" -l "$_folder/log" -w -o "-p $_port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off" start >/dev/null) || {
		cat "$_folder/log"
		exit 1
	}
	servers="${servers:-} $1"
	# shellcheck disable=SC2034
	url=postgresql://postgres@127.0.0.1:$_port/postgres
}
server_stop() {
	(cd / && as_user $pg/pg_ctl -D "$scratch/$1/data" -m immediate stop >/dev/null 2>&1) || true
}
servers_end() {
	for _server in ${servers:-}; do server_stop "$_server"; done
	rm -rf "$scratch"
}
