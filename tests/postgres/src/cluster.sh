# Runs one PostgreSQL server in a folder of its own, on a socket there and nowhere else, until standard input ends.
# Whoever started this may die in any way: the system then closes the pipe, and server and folder go.
#
# $1: the folder of the server's programs. Says "ready FOLDER", or why not and ends.
# fsync is off: what this server holds is meant to be lost.

trap '' HUP INT TERM
programs=$1
folder=$(mktemp -d "${TMPDIR:-/tmp}/postgres.XXXXXX") || exit 1

# The server refuses to run as root.
as_server() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && setpriv --reuid=postgres --regid=postgres --init-groups --inh-caps=-all "$@")
    else
        "$@"
    fi
}

give_up() {
    echo "$1:"
    cat "$folder"/*.log 2>/dev/null
    rm -rf "$folder"
    exit 1
}

if [ "$(id -u)" = 0 ]; then chown postgres: "$folder" || give_up "no user postgres"; fi
as_server env LC_ALL=C "$programs/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --no-sync --no-instructions \
    >"$folder/initdb.log" 2>&1 || give_up "initdb failed"
as_server "$programs/pg_ctl" -D "$folder/data" -w -s -l "$folder/data/server.log" start -o "-k '$folder' \
    -c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal \
    -c max_wal_senders=0 -c shared_buffers=32MB -c autovacuum=off -c jit=off -c max_connections=200" \
    >"$folder/start.log" 2>&1 </dev/null || give_up "the server did not start"
echo "ready $folder"
cat >/dev/null
as_server "$programs/pg_ctl" -D "$folder/data" -m immediate -w -s stop >/dev/null 2>&1
rm -rf "$folder"
