#!/bin/bash
# preStop of a node; the argument is how many seconds it may take. A replica leaves at once. A primary asks the controllers to
# hand its office to another node, again and again, and leaves when one has it, or the time is up. Then run.sh kills the server.
#
# Whatever keeps it, a controller that does not answer or a server that hangs, its time is up when it is up: the grace period
# after which a kubelet kills without asking has begun with it.
set -u
if [ -z "${IN_TIME:-}" ]; then
  IN_TIME=yes timeout "$1" bash "$0"
  exit 0
fi
controller=${CONTROLLER:-controller/9300}
nodes=${NODES:-db-1 db-2 db-3}
log=${LOG:-/proc/1/fd/2}
token_file=${ADMIN_TOKEN_FILE:-/run/secrets/admin-token}
token=$(< "$token_file")
told=

# What goes wrong here is told in the container's log, once.
tell() {
  [ -n "$told" ] || echo "preStop: $*" > "$log"
  told=yes
}

is_primary() {
  local answer
  answer=$(mysql --defaults-extra-file=<(printf '[client]\nuser=root\npassword="%s"\n' "$(< "$MYSQL_ROOT_PASSWORD_FILE")") \
    --protocol=socket --connect-timeout=2 --batch --skip-column-names --execute='SELECT @@global.read_only' 2>&1) || {
    [[ $answer != *'ERROR 1045 '* ]] || tell "access denied for user root, check $MYSQL_ROOT_PASSWORD_FILE: no switchover is asked for"
    return 1
  }
  [ "${answer##*$'\n'}" = 0 ]
}

# The Service leads to any controller; one that does not lead refuses, and so does the leader a node that cannot take over.
hand_over_to() {
  local order="{\"to\":\"$1\"}" status=
  {
    printf 'POST /api/switchover HTTP/1.0\r\nHost: controller\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' \
      "$token" "${#order}" "$order" >&3
    read -r -t 20 _ status _ <&3
  } 3<> "/dev/tcp/$controller"
  [ "$status" != 401 ] || tell "the controllers do not take the token, check $token_file"
  [ "$status" = 200 ]
} 2> /dev/null

while is_primary; do
  for node in $nodes; do
    [ "$node" != "$HOSTNAME" ] && hand_over_to "$node" && break
  done
  is_primary && sleep 1
done
