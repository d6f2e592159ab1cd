# Runs one PostgreSQL server in a folder of its own, until standard input ends. Whoever started this may die in any way:
# the system then closes the pipe, and server and folder go.
#
# $1: the folder of the server's programs. Without $2 it listens on a socket in its folder and nowhere else. With $2, a
# port, it listens there as well, on 127.0.0.1, encrypted by the certificate and key in the folder $3; whoever comes that
# way needs the password in $3/password.
#
# Says "ready FOLDER", or why not and ends. Takes the orders "stop" (as after a crash, if it runs) and "start", one a line,
# and says "stopped" and "ready" when they are carried out.
# fsync is off: what this server holds is meant to be lost. Not so with the variable DISK_AT, the folder of a disk that
# misbehaves: then the server keeps what it is told to keep, its files are on that disk, and it waits for "start".

trap '' HUP INT TERM
programs=$1
port=$2
papers=$3
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

start() {
    as_server $disk "$programs/pg_ctl" -D "$folder/data" -w -s -l "$folder/data/server.log" start -o "-k '$folder' $listen \
        -c fsync=$keeps -c full_page_writes=$keeps -c wal_writer_delay=10s -c synchronous_commit=off \
        -c wal_level=minimal -c max_wal_senders=0 -c shared_buffers=32MB -c autovacuum=off -c jit=off -c max_connections=200" \
        >"$folder/start.log" 2>&1 </dev/null
}

stop() {
    as_server "$programs/pg_ctl" -D "$folder/data" -m immediate -w -s stop >/dev/null 2>&1 </dev/null
}

keeps=off
disk=
segments=
if [ -n "$DISK_AT" ]; then
    keeps=on
    segments=--wal-segsize=1
    disk="env LD_PRELOAD=$DISK_AT/disk.so DISK_UNDER=$folder/data"
fi
listen="-c listen_addresses=''"
host_auth=trust
if [ -n "$port" ]; then
    listen="-c listen_addresses=127.0.0.1 -p $port -c ssl=on -c ssl_cert_file='$folder/server.pem' -c ssl_key_file='$folder/server.key'"
    host_auth=scram-sha-256
    cp "$papers/server.pem" "$papers/server.key" "$papers/password" "$folder" || give_up "no papers"
    chmod 600 "$folder/server.key"
fi
if [ "$(id -u)" = 0 ]; then chown -R postgres: "$folder" || give_up "no user postgres"; fi
password=${port:+--pwfile=$folder/password}
as_server env LC_ALL=C "$programs/initdb" -D "$folder/data" -U postgres --auth-local=trust --auth-host=$host_auth $password \
    -E UTF8 $segments --no-sync --no-instructions >"$folder/initdb.log" 2>&1 || give_up "initdb failed"
[ -n "$DISK_AT" ] || start || give_up "the server did not start"
echo "ready $folder"
while read -r order; do
    case $order in
    stop) stop; echo stopped ;;
    start) start && echo ready || echo "it did not start" ;;
    esac
done
stop
rm -rf "$folder"
