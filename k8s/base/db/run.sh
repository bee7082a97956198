#!/bin/bash
# The first process of a node's container: runs the node (docker/node/start), with these arguments for the server.
#
# It answers SIGTERM, which a kubelet always sends, by killing the server. Asked to stop, a MySQL that waits for a replica's
# acknowledgement tells the client OK without one; killed, it recovers all that it acknowledged.
set -eu
bash /mainstay/start "$@" &
server=$!
trap 'kill -KILL "$server"' TERM INT
wait "$server"
