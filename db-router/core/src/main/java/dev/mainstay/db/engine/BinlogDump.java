package dev.mainstay.db.engine;

import com.mysql.cj.NativeSession;
import com.mysql.cj.exceptions.CJException;
import com.mysql.cj.jdbc.JdbcConnection;
import com.mysql.cj.protocol.a.NativeConstants;
import com.mysql.cj.protocol.a.NativeConstants.IntegerDataType;
import com.mysql.cj.protocol.a.NativeConstants.StringSelfDataType;
import com.mysql.cj.protocol.a.NativePacketPayload;
import dev.mainstay.db.LogPosition;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The command by which a replica asks its source for the binary log, {@code COM_BINLOG_DUMP} of the
 * client/server protocol; JDBC has no word for it.
 */
final class BinlogDump {

  /** No node's: a source ends an older dump to a replica of the same id. */
  private static final long SERVER_ID = 0xFFFF_FFFFL;

  private BinlogDump() {}

  /**
   * Asks for the log from a position, and returns when the first event has come. More may come; the
   * connection can only be aborted.
   *
   * @throws SQLException if the source refuses, for example because it has no such log
   */
  static void begin(Connection connection, LogPosition from) throws SQLException {
    NativePacketPayload command = new NativePacketPayload(64);
    command.writeInteger(IntegerDataType.INT1, NativeConstants.COM_BINLOG_DUMP);
    command.writeInteger(IntegerDataType.INT4, from.offset());
    command.writeInteger(IntegerDataType.INT2, 0); // flags: wait at the end of the log
    command.writeInteger(IntegerDataType.INT4, SERVER_ID);
    command.writeBytes(StringSelfDataType.STRING_EOF, from.file().getBytes(StandardCharsets.UTF_8));
    JdbcConnection driver = connection.unwrap(JdbcConnection.class);
    try {
      ((NativeSession) driver.getSession()).getProtocol().sendCommand(command, false, 0);
    } catch (CJException e) {
      throw new SQLException(
          "the log from %s: %s".formatted(from, e.getMessage()),
          e.getSQLState(),
          e.getVendorCode(),
          e);
    }
  }
}
