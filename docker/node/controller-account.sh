# shellcheck shell=bash
# The official mysql image runs this at the end of a blank node's initialisation (/docker-entrypoint-initdb.d): it makes the one
# account that a controller needs, and closes the node for all starts to come. The statements are those of local nodes
# (db-router/local-node, MysqlServer); the account is not in the binary log, so that blank nodes are equal.
#
# MAINSTAY_CONTROLLER_PASSWORD_FILE names the file with the account's password. The image must be told MYSQL_INITDB_SKIP_TZINFO=1.
(
  set -euo pipefail
  password=$(< "${MAINSTAY_CONTROLLER_PASSWORD_FILE:?names no file with the password of the account controller}")
  if [ -z "$password" ]; then
    echo "mainstay: $MAINSTAY_CONTROLLER_PASSWORD_FILE is empty (expected: the password of the account controller)" >&2
    exit 1
  fi
  password=${password//\\/\\\\}
  password=${password//\'/\'\'}

  mysql --defaults-extra-file=<(printf '[client]\nuser=root\npassword="%s"\n' "$MYSQL_ROOT_PASSWORD") --protocol=socket << SQL
SET SESSION sql_log_bin = 0;
CREATE USER 'controller'@'%' IDENTIFIED WITH caching_sha2_password BY '$password';
GRANT RELOAD, PROCESS, CREATE USER, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO 'controller'@'%' WITH GRANT OPTION;
GRANT BACKUP_ADMIN ON *.* TO 'controller'@'%' WITH GRANT OPTION;
GRANT SYSTEM_VARIABLES_ADMIN, REPLICATION_SLAVE_ADMIN, CONNECTION_ADMIN, BINLOG_ADMIN, CLONE_ADMIN ON *.* TO 'controller'@'%';
GRANT ALL PRIVILEGES ON \`mainstay\`.* TO 'controller'@'%' WITH GRANT OPTION;
GRANT ALL PRIVILEGES ON \`mainstay_control\`.* TO 'controller'@'%' WITH GRANT OPTION;
GRANT SELECT ON performance_schema.* TO 'controller'@'%' WITH GRANT OPTION;
GRANT SELECT ON mysql.* TO 'controller'@'%';
RESET BINARY LOGS AND GTIDS;
-- For the starts to come, not for the temporary server that runs this: only a controller opens a node.
SET PERSIST_ONLY read_only = ON;
SET PERSIST_ONLY super_read_only = ON;
SQL
  rm -f /var/lib/mysql/.being-made
)
