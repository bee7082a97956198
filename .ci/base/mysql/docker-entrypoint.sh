#!/usr/bin/env bash
# The contract of the official `mysql` image, as its documentation states it: the MYSQL_… variables with their _FILE
# variants, scripts in /docker-entrypoint-initdb.d, arguments for the server, user 999, data in /var/lib/mysql. Also its
# traps: the temporary server of a first start gets the same arguments and option files as the real one, and the accounts
# that are made for MYSQL_USER go to the binary log.
set -eo pipefail
shopt -s nullglob

data=/var/lib/mysql
socket=/var/run/mysqld/mysqld.sock

note() {
  echo "$(date --rfc-3339=seconds) [Entrypoint]: $*" >&2
}
refuse() {
  note "$@"
  exit 1
}

# The value of a variable, or of the file that VARIABLE_FILE names.
file_env() {
  local file=${1}_FILE
  [ -z "${!1}" ] || [ -z "${!file}" ] || refuse "both $1 and $file are set (but are exclusive)"
  [ -z "${!file}" ] || export "$1=$(< "${!file}")"
  unset "$file"
}

# Statements on standard input, as root of the temporary server. Part of the contract: sourced scripts call it.
docker_process_sql() {
  local password=$MYSQL_ROOT_PASSWORD database=$MYSQL_DATABASE
  if [ "$1" = --dont-use-mysql-root-password ]; then
    password=
    shift
  fi
  mysql --defaults-extra-file=<(printf '[client]\npassword="%s"\n' "$password") --protocol=socket --user=root --host=localhost \
    --socket="$socket" --comments ${database:+--database="$database"} "$@"
}

literal() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\\\'}"
}

initialise() {
  file_env MYSQL_ROOT_PASSWORD
  file_env MYSQL_ROOT_HOST
  file_env MYSQL_DATABASE
  file_env MYSQL_USER
  file_env MYSQL_PASSWORD
  [ -n "$MYSQL_ROOT_PASSWORD$MYSQL_ALLOW_EMPTY_PASSWORD$MYSQL_RANDOM_ROOT_PASSWORD" ] \
    || refuse "the database is uninitialized and a password option is not specified: MYSQL_ROOT_PASSWORD, MYSQL_ALLOW_EMPTY_PASSWORD or MYSQL_RANDOM_ROOT_PASSWORD"
  if [ -n "$MYSQL_RANDOM_ROOT_PASSWORD" ]; then
    MYSQL_ROOT_PASSWORD=$(head -c 18 /dev/urandom | base64)
    note "GENERATED ROOT PASSWORD: $MYSQL_ROOT_PASSWORD"
  fi

  note "Initializing database files"
  "$@" --initialize-insecure --default-time-zone=SYSTEM

  note "Starting temporary server"
  "$@" --skip-networking --default-time-zone=SYSTEM --socket="$socket" &
  local server=$! patience=60
  until MYSQL_DATABASE='' docker_process_sql --dont-use-mysql-root-password --execute='SELECT 1' > /dev/null 2>&1; do
    kill -0 $server && ((patience-- > 0)) || refuse "Unable to start the temporary server"
    sleep 0.5
  done

  if [ -z "$MYSQL_INITDB_SKIP_TZINFO" ]; then
    mysql_tzinfo_to_sql /usr/share/zoneinfo 2> /dev/null \
      | MYSQL_DATABASE=mysql docker_process_sql --dont-use-mysql-root-password --force 2> /dev/null || true
  fi
  local remote=
  if [ "${MYSQL_ROOT_HOST:=%}" != localhost ]; then
    remote="CREATE USER 'root'@'$MYSQL_ROOT_HOST' IDENTIFIED BY $(literal "$MYSQL_ROOT_PASSWORD");
            GRANT ALL ON *.* TO 'root'@'$MYSQL_ROOT_HOST' WITH GRANT OPTION;"
  fi
  MYSQL_DATABASE='' docker_process_sql --dont-use-mysql-root-password << END
SET SESSION sql_log_bin = 0;
ALTER USER 'root'@'localhost' IDENTIFIED BY $(literal "$MYSQL_ROOT_PASSWORD");
GRANT ALL ON *.* TO 'root'@'localhost' WITH GRANT OPTION;
$remote
END
  if [ -n "$MYSQL_DATABASE" ]; then
    MYSQL_DATABASE='' docker_process_sql --execute="CREATE DATABASE IF NOT EXISTS \`$MYSQL_DATABASE\`"
  fi
  if [ -n "$MYSQL_USER" ] && [ -n "$MYSQL_PASSWORD" ]; then
    docker_process_sql --execute="CREATE USER '$MYSQL_USER'@'%' IDENTIFIED BY $(literal "$MYSQL_PASSWORD")"
    [ -z "$MYSQL_DATABASE" ] \
      || docker_process_sql --execute="GRANT ALL ON \`${MYSQL_DATABASE//_/\\_}\`.* TO '$MYSQL_USER'@'%'"
  fi

  local script
  for script in /docker-entrypoint-initdb.d/*; do
    note "running $script"
    case $script in
      *.sh)
        # shellcheck source=/dev/null
        if [ -x "$script" ]; then "$script"; else . "$script"; fi
        ;;
      *.sql) docker_process_sql < "$script" ;;
      *.sql.gz) gunzip -c "$script" | docker_process_sql ;;
      *) note "ignoring $script" ;;
    esac
  done

  note "Stopping temporary server"
  kill $server
  wait $server || true
  note "MySQL init process done. Ready for start up."
}

if [ "${1:0:1}" = - ]; then
  set -- mysqld "$@"
fi
if [ "$1" = mysqld ]; then
  if [ "$(id -u)" = 0 ]; then
    chown -R mysql:mysql "$data" /run/mysqld
    exec setpriv --reuid=mysql --regid=mysql --clear-groups "$0" "$@"
  fi
  if [ ! -d "$data/mysql" ]; then
    initialise "$@"
  fi
fi
exec "$@"
