#!/bin/bash
# The first process of a node's container: runs the image's entrypoint, with these arguments for the server.
#
# - It answers SIGTERM by killing the server. Asked to stop, a MySQL that waits for a replica's acknowledgement tells the client
#   OK without one (FAILOVER: "a node is killed, never asked to stop"); killed, it recovers what its logs hold.
# - A first start that was cut short leaves data that looks whole and has no accounts. It is thrown away and made anew.
set -eu
data=/var/lib/mysql
unfinished=$data/.being-made

if [ -e "$unfinished" ]; then
  echo "mainstay: the last first start was cut short; its data is thrown away and made anew"
  find "$data" -mindepth 1 ! -path "$unfinished" -delete
elif [ ! -d "$data/mysql" ]; then
  touch "$unfinished"
fi

docker-entrypoint.sh mysqld "$@" &
server=$!
trap 'kill -KILL "$server"' TERM INT
wait "$server"
