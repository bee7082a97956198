#!/bin/bash
# preStop of a node; the argument is how many seconds it may take. A replica leaves at once. A primary stays in office until
# somebody else holds it, or the time is up: it does not ask for a switchover itself. Then run.sh
# kills the server.
set -u
until_second=$((SECONDS + $1))

is_primary() {
  local closed
  closed=$(mysql --defaults-extra-file=<(printf '[client]\nuser=root\npassword="%s"\n' "$(< "$MYSQL_ROOT_PASSWORD_FILE")") \
    --protocol=socket --connect-timeout=2 --batch --skip-column-names --execute='SELECT @@global.read_only') || return 1
  [ "$closed" = 0 ]
}

while ((SECONDS < until_second)) && is_primary; do
  sleep 1
done
exit 0
