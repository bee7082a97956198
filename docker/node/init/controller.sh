# Sourced by the image's entrypoint at the end of a node's first start, as root of the temporary server.
#
# Makes the one account that a blank node has, the controller's, with the privileges that local-node's MysqlServer lists.
# Then makes the node equal to every other blank one, for what the image itself did stands in the binary log. The boot
# posture is set last and persistently: the temporary server gets the same arguments as the real one, so a read-only
# argument would end the first start.
if ! declare -F docker_process_sql > /dev/null; then
  # The image runs a file that has an executable bit, in a shell that knows nothing of its own.
  echo "controller.sh was executed and not sourced: its file must have no executable bit, \`chmod a-x docker/node/init/controller.sh\` (a Windows drive in WSL gives one to every file: clone into WSL's own file system)." >&2
  exit 1
fi
password=$(< /run/secrets/controller-password)
password=${password//\\/\\\\}

docker_process_sql << END
SET SESSION sql_log_bin = 0;
CREATE USER 'controller'@'%' IDENTIFIED WITH caching_sha2_password BY '${password//\'/\\\'}';
GRANT RELOAD, PROCESS, CREATE USER, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO 'controller'@'%' WITH GRANT OPTION;
GRANT BACKUP_ADMIN ON *.* TO 'controller'@'%' WITH GRANT OPTION;
GRANT SYSTEM_VARIABLES_ADMIN, REPLICATION_SLAVE_ADMIN, CONNECTION_ADMIN, BINLOG_ADMIN, CLONE_ADMIN, SYSTEM_USER ON *.* TO 'controller'@'%';
GRANT ALL PRIVILEGES ON \`mainstay\`.* TO 'controller'@'%' WITH GRANT OPTION;
GRANT ALL PRIVILEGES ON \`mainstay_control\`.* TO 'controller'@'%' WITH GRANT OPTION;
GRANT SELECT ON performance_schema.* TO 'controller'@'%' WITH GRANT OPTION;
GRANT SELECT ON mysql.* TO 'controller'@'%';
RESET BINARY LOGS AND GTIDS;
SET PERSIST_ONLY read_only = ON;
SET PERSIST_ONLY super_read_only = ON;
END

rm -f /var/lib/mysql/.initialising
