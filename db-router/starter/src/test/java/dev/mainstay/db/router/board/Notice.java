package dev.mainstay.db.router.board;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import org.jspecify.annotations.Nullable;

@Entity
public class Notice {

  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  private @Nullable Long id;

  private String text;

  /** For Hibernate. */
  protected Notice() {
    this("");
  }

  Notice(String text) {
    this.text = text;
  }

  public @Nullable Long id() {
    return id;
  }

  public String text() {
    return text;
  }
}
