package dev.mainstay.web.whoami;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Asks the node at the other end of the transaction's own connection for its number. */
@Component
public class ServerId {

  private final JdbcClient jdbc;

  ServerId(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** {@code @@server_id} of the node that a read comes to at this moment. */
  @Transactional(readOnly = true)
  public long ofRead() {
    return asked();
  }

  /** {@code @@server_id} of the node that this transaction reads from. */
  @Transactional(propagation = Propagation.MANDATORY, readOnly = true)
  public long ofThisTransaction() {
    return asked();
  }

  private long asked() {
    return jdbc.sql("select @@server_id").query(Long.class).single();
  }
}
