#!/bin/bash
# Readiness of a node: succeeds if it is open for writes, or gets and applies those of the one that is.
#
# Disruption budgets alone hear of it, for the Service names nodes that are not ready, too. A node that came back a moment ago,
# and has no source yet, is not the second of two: the next machine is not drained until it is. A primary that waits for its
# replicas is open, and so ready. Where root's password is wrong nothing can be known, and a server that answers is ready.
set -u
answer=$(mysql --defaults-extra-file=<(printf '[client]\nuser=root\npassword="%s"\n' "$(< "$MYSQL_ROOT_PASSWORD_FILE")") \
  --protocol=socket --connect-timeout=2 --vertical --execute='SELECT @@global.read_only AS closed; SHOW REPLICA STATUS' 2>&1)
case $answer in
  *'closed: 0'*) ;;
  *'Replica_IO_Running: Yes'*'Replica_SQL_Running: Yes'*) ;;
  *'ERROR 1045 '*) ;;
  *) exit 1 ;;
esac
