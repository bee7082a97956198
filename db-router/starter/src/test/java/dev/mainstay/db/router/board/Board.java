package dev.mainstay.db.router.board;

import dev.mainstay.db.router.Consistency;
import dev.mainstay.db.router.ReadConsistency;
import java.util.Objects;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What an application does: it posts, it reads, and it asks who served it. */
@Service
public class Board {

  private final Notices notices;
  private final JdbcTemplate jdbc;

  Board(Notices notices, JdbcTemplate jdbc) {
    this.notices = notices;
    this.jdbc = jdbc;
  }

  @Transactional
  public long post(String text) {
    return Objects.requireNonNull(notices.save(new Notice(text)).id());
  }

  @Transactional(readOnly = true)
  public boolean has(long id) {
    return notices.findById(id).isPresent();
  }

  @ReadConsistency(Consistency.EVENTUAL)
  @Transactional(readOnly = true)
  public boolean mayHave(long id) {
    return notices.findById(id).isPresent();
  }

  /** The highest number that is there. */
  @Transactional(readOnly = true)
  public long newest() {
    return Objects.requireNonNull(
        jdbc.queryForObject("select coalesce(max(id), 0) from notice", Long.class));
  }

  @Transactional(readOnly = true)
  public String text(long id) {
    return notices.findById(id).orElseThrow().text();
  }

  /** The {@code server_id} of the node that serves a read. */
  @Transactional(readOnly = true)
  public long reader() {
    return server();
  }

  @ReadConsistency(Consistency.PRIMARY)
  @Transactional(readOnly = true)
  public long readerOnPrimary() {
    return server();
  }

  /** The {@code server_id} of the node that serves a write. */
  @Transactional
  public long writer() {
    return server();
  }

  private long server() {
    return Objects.requireNonNull(jdbc.queryForObject("select @@server_id", Long.class));
  }
}
